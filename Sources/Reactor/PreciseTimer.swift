/// Wakes its owner at one point in time, to some microseconds (timerfd). For who keeps a pace; what only has a deadline
/// uses `LoopMember.deadline`, which costs no descriptor.
internal import CLinux
internal import Glibc

package final class PreciseTimer: LoopMember {
    private let descriptor: Descriptor
    private let fired: () -> Void

    /// - Parameter fired: called on the loop's thread at each time that `wake` has set.
    package init(loop: EventLoop, fired: @escaping () -> Void) throws(SystemFailure) {
        descriptor = Descriptor(
            owning: try SystemFailure.check(
                "timerfd_create", timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))))
        self.fired = fired
        super.init(loop: loop)
    }

    package func open() throws(SystemFailure) {
        loop.register(self)
        try loop.poller.add(descriptor.raw, .read, token: token)
    }

    package func close() {
        guard isRegistered else { return }
        try? loop.poller.remove(descriptor.raw)
        loop.unregister(self)
    }

    /// Sets the time of the next call, in place of the one before.
    /// - Parameter nanoseconds: on the monotonic clock; what is past fires at once, 0 never.
    package func wake(at nanoseconds: UInt64) {
        var time = itimerspec()
        time.it_value.tv_sec = time_t(nanoseconds / 1_000_000_000)
        time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        timerfd_settime(descriptor.raw, Int32(TFD_TIMER_ABSTIME), &time, nil)
    }

    package override func ready(_ readiness: Readiness) {
        var count: UInt64 = 0
        // A time set anew in the same turn may have emptied it again.
        guard Glibc.read(descriptor.raw, &count, MemoryLayout<UInt64>.size) > 0 else { return }
        fired()
    }
}
