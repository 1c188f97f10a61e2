/// A point on the monotonic clock, in milliseconds. Does not know the date.
internal import Glibc

public struct Instant: Comparable, Hashable, Sendable {
    /// Milliseconds since boot.
    package var milliseconds: UInt64

    package init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
    }

    /// A deadline that never comes.
    package static let never = Instant(milliseconds: .max)

    package static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(milliseconds: UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000)
    }

    /// Seconds since 1970, for dates in headers and logs.
    package static func wallSeconds() -> Int {
        time(nil)
    }

    public static func < (one: Instant, other: Instant) -> Bool {
        one.milliseconds < other.milliseconds
    }

    /// Later by that many milliseconds; stops at `never`.
    package static func + (instant: Instant, milliseconds: UInt64) -> Instant {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(milliseconds)
        return overflow ? .never : Instant(milliseconds: sum)
    }

    /// Milliseconds from `earlier` to this instant; 0 when it is not earlier.
    package func since(_ earlier: Instant) -> UInt64 {
        milliseconds > earlier.milliseconds ? milliseconds - earlier.milliseconds : 0
    }
}
