/// What a report says of where and when it was made. Knows this machine.
internal import FoundationEssentials
internal import Glibc
internal import LoadTest

enum Machine {
    static func describe(_ tool: inout ToolReport) {
        tool.version = Version.text
        tool.date = Date.now.formatted(.iso8601)
        var name = utsname()
        uname(&name)
        let kernel = withUnsafeBytes(of: &name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let cores = ProcessInfo.processInfo.processorCount
        tool.machine = "\(processor), \(cores) processors, Linux \(kernel)"
    }

    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? "unknown processor"
    }
}

/// How many descriptors this process may have open: one a session, and the usual soft limit is 1024.
enum DescriptorLimit {
    /// What the program itself and each of its threads have open.
    private static let ownUse = 32
    private static let perThread = 8

    /// Raises the soft limit to the hard one; gives it.
    @discardableResult
    static func raise() -> UInt {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return .max }
        limit.rlim_cur = limit.rlim_max
        setrlimit(kind, &limit)
        return limit.rlim_max
    }

    /// - Throws: a sentence that says how many sessions would fit.
    static func raise(for plan: LoadPlan) throws {
        let limit = raise()
        let own = UInt(ownUse + plan.threads * perThread)
        let each = UInt(plan.target.transport.connections)
        let room = limit > own ? (limit - own) / each : 0
        guard UInt(plan.sessions) <= room else {
            throw InvalidText(
                "--sessions \(plan.sessions): this process may have \(limit) descriptors open, enough for \(room) sessions"
                    + "\(each > 1 ? " over BOSH" : ""); raise the limit (ulimit -n) or run several of it")
        }
    }
}
