/// Something that lives in one event loop: it has a slot, can be woken by readiness and by one deadline. Knows no bytes.
open class LoopMember {
    /// The loop outlives its members: it is the last thing its thread lets go. Unmanaged, because each look at a reference
    /// of another kind is counted twice.
    final let home: Unmanaged<EventLoop>
    /// Place and generation in the loop's table; 0 while not registered.
    final var token: UInt64 = 0
    private final var deadlineStorage = Instant.never
    /// When the wheel will look at this member next.
    final var armed = Instant.never

    public init(loop: EventLoop) {
        home = .passUnretained(loop)
    }

    public final var loop: EventLoop { home.takeUnretainedValue() }

    /// When `deadlineReached` is to be called, within about 64 ms after it. Moving it back costs one store.
    public final var deadline: Instant {
        get { deadlineStorage }
        set {
            deadlineStorage = newValue
            if newValue < armed, token != 0 { loop.arm(self) }
        }
    }

    /// Whether the member is in the loop's table.
    public final var isRegistered: Bool { token != 0 }

    /// The descriptor has become ready. Overridden by what has a descriptor.
    open func ready(_ readiness: Readiness) {}

    /// The deadline has come; it is `.never` again when this is called.
    open func deadlineReached() {}

    /// The end of a turn in which `loop.flushAtEndOfTurn` was asked for.
    func flush() {}

    /// The loop takes up work that was put off with `loop.putOff`.
    open func takeUp() {}
}
