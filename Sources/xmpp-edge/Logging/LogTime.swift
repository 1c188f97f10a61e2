/// The moment of a log line: UTC with milliseconds (RFC 3339).
internal import Glibc

package struct LogTime {
    let seconds: Int
    let milliseconds: Int

    package init(seconds: Int, milliseconds: Int) {
        self.seconds = seconds
        self.milliseconds = milliseconds
    }

    package static func now() -> LogTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    func write(to line: inout String) {
        var moment = seconds
        var parts = tm()
        gmtime_r(&moment, &parts)
        Self.append(Int(parts.tm_year) + 1_900, digits: 4, "-", to: &line)
        Self.append(Int(parts.tm_mon) + 1, digits: 2, "-", to: &line)
        Self.append(Int(parts.tm_mday), digits: 2, "T", to: &line)
        Self.append(Int(parts.tm_hour), digits: 2, ":", to: &line)
        Self.append(Int(parts.tm_min), digits: 2, ":", to: &line)
        Self.append(Int(parts.tm_sec), digits: 2, ".", to: &line)
        Self.append(milliseconds, digits: 3, "Z", to: &line)
    }

    private static func append(_ number: Int, digits: Int, _ end: String, to line: inout String) {
        let text = String(number)
        for _ in 0..<max(digits - text.utf8.count, 0) { line += "0" }
        line += text
        line += end
    }
}
