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
    /// Raises the soft limit to the hard one.
    static func raise() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(kind, &limit)
    }
}
