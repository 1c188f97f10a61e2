/// Reads the clocks: time that only goes forward, and the processor time of this thread or another process.
internal import Glibc

package enum MonotonicClock {
    package static func now() -> Nanoseconds {
        read(CLOCK_MONOTONIC) ?? 0
    }

    /// Processor time that this thread has used.
    static func threadCPU() -> Nanoseconds {
        read(CLOCK_THREAD_CPUTIME_ID) ?? 0
    }

    /// Processor time that all threads of a process of this machine have used; nil when there is no such process.
    package static func processCPU(_ process: Int32) -> Nanoseconds? {
        var clock = clockid_t()
        guard clock_getcpuclockid(process, &clock) == 0 else { return nil }
        return read(clock)
    }

    private static func read(_ clock: clockid_t) -> Nanoseconds? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Nanoseconds(time.tv_sec) &* 1_000_000_000 &+ Nanoseconds(time.tv_nsec)
    }
}
