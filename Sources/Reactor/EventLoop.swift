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
    private var members = MemberTable()
    private var due: [UInt64] = []
    /// Sockets with output that leaves at the end of the turn.
    private var unflushed = TokenList()
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
        scratch.deallocate()
    }

    /// Members in the table.
    package var memberCount: Int { members.count }

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
            members.find(token)?._withUnsafeGuaranteedRef { $0.ready(readiness) }
        }
        if wheel.isDue(at: now) { fireDeadlines() }
        if !postponed.isEmpty { takeUpPostponed() }
        flush()
        if members.hasDeparted { letDepartedGo() }
    }

    @inline(__always)
    private func sleepTime(atMost: Int32) -> Int32 {
        guard postponed.isEmpty && unflushed.count == 0 else { return 0 }
        let next = wheel.millisecondsToNext(from: now)
        if next < 0 { return atMost }
        return atMost < 0 ? next : min(next, atMost)
    }

    // MARK: Members

    /// Gives the member a slot; its deadline counts from now on.
    package func register(_ member: LoopMember) {
        precondition(member.token == 0, "registered twice")
        member.token = members.insert(member)
        if member.deadline < .never { arm(member) }
    }

    /// Takes the member out of the table: events still on their way to it find another generation and are dropped.
    package func unregister(_ member: LoopMember) {
        guard member.token != 0 else { return }
        members.remove(member.token)
        member.token = 0
        member.armed = .never
    }

    /// Puts `member` into the place of a former one. What epoll and the timers know stays as it is.
    func hand(over former: LoopMember, to member: LoopMember) {
        precondition(former.token != 0 && member.token == 0, "no place to take")
        members.replace(former.token, by: member)
        member.token = former.token
        member.armed = former.armed
        former.token = 0
        former.armed = .never
        if member.deadline < member.armed { arm(member) }
    }

    /// Visits all members; the visit may unregister any of them.
    package func forEachMember(_ body: (LoopMember) -> Void) {
        for member in members.all() where member.isRegistered { body(member) }
    }

    private func letDepartedGo() {
        for member in members.takeDeparted() { member.release() }
    }

    // MARK: Deadlines

    func arm(_ member: LoopMember) {
        member.armed = wheel.arm(member.token, at: member.deadline, now: now)
    }

    func shrinkWheel() { wheel.shrink() }

    private func fireDeadlines() {
        wheel.advance(to: now, into: &due)
        var index = 0
        while index < due.count {
            members.find(due[index])?._withUnsafeGuaranteedRef(lookAtDeadline)
            index += 1
        }
        due.removeAll(keepingCapacity: due.count <= 4_096)
    }

    private func lookAtDeadline(_ member: LoopMember) {
        guard member.armed <= now else { return }
        member.armed = .never
        if member.deadline <= now {
            member.deadline = .never
            member.deadlineReached()
        } else if member.deadline < .never {
            arm(member)
        }
    }

    // MARK: The end of the turn

    /// Calls `takeUp` on the member in the next turn, after the events of this one.
    package func putOff(_ member: LoopMember) {
        postponed.append(member)
    }

    private func takeUpPostponed() {
        let members = postponed
        postponed.removeAll()
        for member in members where member.isRegistered { member.takeUp() }
    }

    @inline(__always)
    func flushAtEndOfTurn(_ token: UInt64) {
        unflushed.append(token)
    }

    private func flush() {
        var index = 0
        // Flushing may let another socket write (its reader has caught up): such output leaves in the same turn.
        while index < unflushed.count {
            members.find(unflushed[index])?._withUnsafeGuaranteedRef { $0.flush() }
            index &+= 1
        }
        unflushed.removeAll()
    }
}
