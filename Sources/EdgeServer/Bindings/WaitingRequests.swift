/// The BOSH requests on connections of one reactor that have no answer yet: which connection, whose session. Knows names
/// and places; keeps nothing of a request itself, so that a held one costs no buffer.
internal import BOSHWire

struct WaitingRequests {
    private struct Slot {
        var connection: HTTPConnection?
        var session: SessionID?
        var generation: UInt32 = 0
    }

    private let reactor: UInt16
    private var slots: [Slot] = []
    private var free: [UInt32] = []

    init(reactor: UInt16) {
        self.reactor = reactor
    }

    var count: Int { slots.count - free.count }

    /// A name for a request of that connection; nil when there are more than anybody has descriptors for.
    mutating func add(_ connection: HTTPConnection) -> RequestHandle? {
        let slot: Int
        if let place = free.popLast() {
            slot = Int(place)
        } else {
            guard slots.count < RequestHandle.maxSlot else { return nil }
            slot = slots.count
            slots.append(Slot())
        }
        slots[slot].connection = connection
        return RequestHandle(reactor: reactor, slot: slot, generation: slots[slot].generation)
    }

    /// Notes whose request it is.
    mutating func note(_ session: SessionID, _ handle: RequestHandle) {
        guard isCurrent(handle) else { return }
        slots[handle.slot].session = session
    }

    /// Takes a request out: it is answered, or its connection is gone.
    mutating func remove(_ handle: RequestHandle) -> (connection: HTTPConnection, session: SessionID?)? {
        guard isCurrent(handle), let connection = slots[handle.slot].connection else { return nil }
        let session = slots[handle.slot].session
        slots[handle.slot] = Slot(generation: (slots[handle.slot].generation + 1) & 0xFF_FFFF)
        free.append(UInt32(handle.slot))
        return (connection, session)
    }

    private func isCurrent(_ handle: RequestHandle) -> Bool {
        handle.reactor == reactor && handle.slot < slots.count && slots[handle.slot].generation == handle.generation
    }
}
