/// The kernel's readiness queue (epoll). Knows descriptors and 64-bit tokens; knows nothing of who is behind them.
internal import CLinux
internal import Glibc

/// What a descriptor is ready for, or should be watched for.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let read = Readiness(rawValue: 0x001)
    public static let write = Readiness(rawValue: 0x004)
    public static let failure = Readiness(rawValue: 0x008)
    public static let hangup = Readiness(rawValue: 0x010)
    /// Wake one of several pollers that share a descriptor, not all.
    static let exclusive = Readiness(rawValue: 1 << 28)
}

struct Poller: ~Copyable {
    private let queue: Descriptor
    private let events: UnsafeMutablePointer<epoll_event>
    /// Events taken from the kernel per wait: enough to spread its cost, few enough to keep turns short.
    private static let batch = 256

    init() throws(SystemFailure) {
        queue = Descriptor(owning: try SystemFailure.check("epoll_create1", epoll_create1(Int32(EPOLL_CLOEXEC))))
        events = .allocate(capacity: Self.batch)
        events.initialize(repeating: epoll_event(), count: Self.batch)
    }

    deinit {
        events.deallocate()
    }

    func add(_ descriptor: Int32, _ readiness: Readiness, token: UInt64) throws(SystemFailure) {
        try control(EPOLL_CTL_ADD, descriptor, readiness, token)
    }

    func modify(_ descriptor: Int32, _ readiness: Readiness, token: UInt64) throws(SystemFailure) {
        try control(EPOLL_CTL_MOD, descriptor, readiness, token)
    }

    func remove(_ descriptor: Int32) throws(SystemFailure) {
        try control(EPOLL_CTL_DEL, descriptor, [], 0)
    }

    /// Waits up to `milliseconds` (-1: without end) and gives the number of events, to be read with `event(at:)`.
    func wait(milliseconds: Int32) -> Int {
        // EINTR counts as no event: the loop comes round again.
        max(0, Int(epoll_wait(queue.raw, events, Int32(Self.batch), milliseconds)))
    }

    func event(at index: Int) -> (token: UInt64, readiness: Readiness) {
        (events[index].data.u64, Readiness(rawValue: events[index].events))
    }

    private func control(_ call: Int32, _ descriptor: Int32, _ readiness: Readiness, _ token: UInt64)
        throws(SystemFailure)
    {
        var event = epoll_event()
        event.events = readiness.rawValue
        event.data.u64 = token
        _ = try SystemFailure.check("epoll_ctl", epoll_ctl(queue.raw, call, descriptor, &event))
    }
}
