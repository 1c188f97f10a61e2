/// How busy all processors of this machine are, from the kernel's counters: a load tester that shares its machine with others
/// measures what they leave. Knows /proc/stat.
internal import Glibc

struct MachineLoad {
    private let busy: Double
    private let all: Double

    /// Nil where the kernel does not tell.
    static func now() -> MachineLoad? {
        guard let file = fopen("/proc/stat", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return MachineLoad(String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// - Parameter line: `cpu` and the ticks spent for user, nice, system, idle, iowait and so on.
    private init?(_ line: String) {
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard ticks.count >= 5 else { return nil }
        all = ticks.reduce(0, +)
        busy = all - ticks[3] - ticks[4]
    }

    /// The part of the time since `earlier` that processors were busy, 0 to 1; nil for a moment too short to tell.
    func share(since earlier: MachineLoad) -> Double? {
        all - earlier.all >= Self.fewest ? (busy - earlier.busy) / (all - earlier.all) : nil
    }

    /// Ticks: a quarter of a second of two processors.
    private static let fewest = 50.0
}
