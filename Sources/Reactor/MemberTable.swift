/// The members of one loop by slot, with a generation for each, so that an event still on its way to a member that has
/// left finds nobody. Knows places; wakes nobody.
///
/// A plain block of memory instead of an array: every event looks here, and neither bounds nor uniqueness nor a reference
/// count need a second look.
package struct MemberTable: ~Copyable {
    private struct Slot {
        var member: Unmanaged<LoopMember>?
        /// Of the member that is here, or of the next one.
        var generation: UInt32
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var capacity = 64
    /// Slots that were ever taken.
    private var used = 0
    private var free: [UInt32] = []
    /// Members that have left in this turn: whoever is in the middle of a call to one of them may go on with it.
    private var departed: [Unmanaged<LoopMember>] = []

    package init() {
        slots = .allocate(capacity: capacity)
    }

    deinit {
        for index in 0..<used { slots[index].member?.release() }
        for member in departed { member.release() }
        slots.deallocate()
    }

    /// Members in the table.
    package var count: Int { used - free.count }

    /// Takes the member in and gives the token that finds it again; never 0.
    package mutating func insert(_ member: LoopMember) -> UInt64 {
        let slot: Int
        if let place = free.popLast() {
            slot = Int(place)
        } else {
            if used == capacity { grow() }
            slot = used
            (slots + slot).initialize(to: Slot(member: nil, generation: 1))
            used += 1
        }
        slots[slot].member = .passRetained(member)
        return UInt64(slots[slot].generation) << 32 | UInt64(slot)
    }

    /// Lets the member of that token go, at the end of the turn.
    package mutating func remove(_ token: UInt64) {
        let slot = Int(UInt32(truncatingIfNeeded: token))
        guard slot < used, let member = slots[slot].member else { return }
        departed.append(member)
        slots[slot].member = nil
        // Generation 0 is never given out, so no token is 0.
        let next = slots[slot].generation &+ 1
        slots[slot].generation = next == 0 ? 1 : next
        free.append(UInt32(slot))
    }

    /// Puts another member into the place of one: the token finds that one from now on.
    package mutating func replace(_ token: UInt64, by member: LoopMember) {
        let slot = Int(UInt32(truncatingIfNeeded: token))
        guard find(token) != nil, let former = slots[slot].member else { return }
        departed.append(former)
        slots[slot].member = .passRetained(member)
    }

    /// Whoever has that token, if still here; valid until those who `takeDeparted` gives are released.
    @inline(__always)
    package func find(_ token: UInt64) -> Unmanaged<LoopMember>? {
        let slot = Int(UInt32(truncatingIfNeeded: token))
        guard slot < used, slots[slot].generation == UInt32(truncatingIfNeeded: token >> 32) else { return nil }
        return slots[slot].member
    }

    /// All members that are here now, for visits during which they may leave.
    func all() -> [LoopMember] {
        (0..<used).compactMap { slots[$0].member?.takeUnretainedValue() }
    }

    @inline(__always)
    package var hasDeparted: Bool { !departed.isEmpty }

    /// Those who have left, for the caller to release: with the last reference others may go that leave the table in turn.
    package mutating func takeDeparted() -> [Unmanaged<LoopMember>] {
        let leaving = departed
        departed = []
        return leaving
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Slot>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: slots, count: used)
        slots.deallocate()
        slots = larger
        capacity *= 2
    }
}
