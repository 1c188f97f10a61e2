/// One thread's loop: waits for readiness, wakes members, fires deadlines, and lets all output of a turn leave at its
/// end. Knows members and times; knows no protocol and no policy.
package import Bytes

public final class EventLoop {
    /// Bytes read from a socket in one call, into a buffer all sockets of the loop share.
    package static let readSize = 65_536

    /// The time of this turn.
    package private(set) var now: Instant
    /// Buffers of this thread.
    package let pool = BufferPool()
    /// Where sockets read into; valid for the time of one `received` call.
    let scratch: UnsafeMutableBufferPointer<UInt8>

    let poller: Poller
    private var wheel: TimerWheel
    private var slots: [LoopMember?] = []
    private var generations: [UInt32] = []
    private var freeSlots: [UInt32] = []
    private var due: [UInt64] = []
    /// Sockets with output that leaves at the end of the turn, each retained once.
    private var unflushed: [Unmanaged<StreamSocket>] = []
    /// Members whose work goes on in the next turn.
    private var postponed: [LoopMember] = []
    private var isStopped = false

    package init() throws(SystemFailure) {
        poller = try Poller()
        now = .now()
        wheel = TimerWheel(now: now)
        scratch = .allocate(capacity: Self.readSize)
        scratch.initialize(repeating: 0)
    }

    deinit {
        for socket in unflushed { socket.release() }
        scratch.deallocate()
    }

    /// Members in the table.
    package var memberCount: Int { slots.count - freeSlots.count }

    /// Runs until `stop` is called on the loop's thread.
    package func run() {
        while !isStopped { turn() }
    }

    package func stop() {
        isStopped = true
    }

    /// Waits once and does what has come up; `atMost` milliseconds, -1 for as long as it takes.
    package func turn(atMost: Int32 = -1) {
        let count = poller.wait(milliseconds: sleepTime(atMost: atMost))
        now = .now()
        for index in 0..<count {
            let (token, readiness) = poller.event(at: index)
            member(token)?.ready(readiness)
        }
        fireDeadlines()
        takeUpPostponed()
        flush()
    }

    private func sleepTime(atMost: Int32) -> Int32 {
        guard postponed.isEmpty && unflushed.isEmpty else { return 0 }
        let next = wheel.millisecondsToNext(from: now)
        if next < 0 { return atMost }
        return atMost < 0 ? next : min(next, atMost)
    }

    // MARK: Members

    /// Gives the member a slot; its deadline counts from now on.
    package func register(_ member: LoopMember) {
        precondition(member.token == 0, "registered twice")
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
            slots[Int(slot)] = member
        } else {
            slot = UInt32(slots.count)
            slots.append(member)
            generations.append(0)
        }
        // Generation 0 is never given out, so no token is 0.
        generations[Int(slot)] = generations[Int(slot)] &+ 1 == 0 ? 1 : generations[Int(slot)] &+ 1
        member.token = UInt64(generations[Int(slot)]) << 32 | UInt64(slot)
        if member.deadline < .never { arm(member) }
    }

    /// Takes the member out of the table: events still on their way to it find another generation and are dropped.
    package func unregister(_ member: LoopMember) {
        guard member.token != 0 else { return }
        let slot = UInt32(truncatingIfNeeded: member.token)
        slots[Int(slot)] = nil
        freeSlots.append(slot)
        // Marks the slot's old token as stale even before it is given out again.
        generations[Int(slot)] = generations[Int(slot)] &+ 1 == 0 ? 1 : generations[Int(slot)] &+ 1
        member.token = 0
        member.armed = .never
    }

    /// Visits all members; the visit may unregister any of them.
    package func forEachMember(_ body: (LoopMember) -> Void) {
        for member in slots {
            if let member, member.isRegistered { body(member) }
        }
    }

    private func member(_ token: UInt64) -> LoopMember? {
        let slot = Int(UInt32(truncatingIfNeeded: token))
        guard slot < slots.count, generations[slot] == UInt32(truncatingIfNeeded: token >> 32) else { return nil }
        return slots[slot]
    }

    // MARK: Deadlines

    func arm(_ member: LoopMember) {
        member.armed = wheel.arm(member.token, at: member.deadline)
    }

    private func fireDeadlines() {
        wheel.advance(to: now, into: &due)
        guard !due.isEmpty else { return }
        var index = 0
        while index < due.count {
            if let member = member(due[index]), member.armed <= now {
                member.armed = .never
                if member.deadline <= now {
                    member.deadline = .never
                    member.deadlineReached()
                } else if member.deadline < .never {
                    arm(member)
                }
            }
            index += 1
        }
        due.removeAll(keepingCapacity: due.count <= 4_096)
    }

    // MARK: The end of the turn

    /// Calls `takeUp` on the member in the next turn, after the events of this one.
    package func putOff(_ member: LoopMember) {
        postponed.append(member)
    }

    private func takeUpPostponed() {
        guard !postponed.isEmpty else { return }
        let members = postponed
        postponed.removeAll()
        for member in members where member.isRegistered { member.takeUp() }
    }

    func flushAtEndOfTurn(_ socket: StreamSocket) {
        unflushed.append(.passRetained(socket))
    }

    private func flush() {
        var index = 0
        // Flushing may let another socket write (its reader has caught up): such output leaves in the same turn.
        while index < unflushed.count {
            unflushed[index].takeRetainedValue().flush()
            index += 1
        }
        unflushed.removeAll(keepingCapacity: true)
    }
}
