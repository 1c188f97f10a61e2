/// Measures what other processes of this machine use: before the run, after the opening, and at both ends of the recorded
/// time. Knows the kernel's counters.
internal import Glibc

final class ProcessWatch {
    private let processes: [Int32]
    private var before: [Nanoseconds] = []
    private var afterOpening: [Nanoseconds] = []
    private var first: [Nanoseconds]?
    private var last: [Nanoseconds]?
    private var memoryBefore = 0
    private var memoryAfter = 0

    /// - Throws: a sentence that says which of them is not there.
    init(_ processes: [Int32]) throws(InvalidText) {
        for process in processes where MonotonicClock.processCPU(process) == nil {
            throw InvalidText("--watch \(process): there is no such process on this machine")
        }
        self.processes = processes
    }

    func begin() {
        before = times()
        memoryBefore = memory()
    }

    func opened() {
        afterOpening = times()
    }

    /// To be called at about the time that `next` gives.
    func look(now: Nanoseconds, span: Range<Nanoseconds>) {
        if first == nil && now >= span.lowerBound { first = times() }
        if last == nil && now >= span.upperBound {
            last = times()
            memoryAfter = memory()
        }
    }

    /// The run ends early: what was recorded until now counts.
    func stop() {
        guard first != nil, last == nil else { return }
        last = times()
        memoryAfter = memory()
    }

    func next(span: Range<Nanoseconds>?) -> Nanoseconds {
        guard !processes.isEmpty, let span, last == nil else { return .max }
        return first == nil ? span.lowerBound : span.upperBound
    }

    /// Nil before the end, and when a process is gone.
    var report: WatchReport? {
        guard !processes.isEmpty, let first, let last, first.count == last.count, first.count == processes.count else {
            return nil
        }
        let opening = zip(before, afterOpening).reduce(0) { $0 + Self.seconds(from: $1.0, to: $1.1) }
        return WatchReport(
            openingCPU: opening, cpuOfEach: zip(first, last).map { Self.seconds(from: $0, to: $1) },
            memoryBefore: memoryBefore, memoryAfter: memoryAfter)
    }

    private static func seconds(from: Nanoseconds, to: Nanoseconds) -> Double {
        // Backwards only when a number went to another process.
        to > from ? Double(to - from) / 1e9 : 0
    }

    private func times() -> [Nanoseconds] {
        processes.compactMap { MonotonicClock.processCPU($0) }
    }

    /// Bytes of anonymous resident memory, without program files and kernel memory.
    private func memory() -> Int {
        processes.reduce(0) { $0 + Self.memory(of: $1) }
    }

    private static func memory(of process: Int32) -> Int {
        guard let file = fopen("/proc/\(process)/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // `RssAnon:      1234 kB`
            guard text.hasPrefix("RssAnon:") else { continue }
            return text.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1_024 } ?? 0
        }
        return 0
    }
}
