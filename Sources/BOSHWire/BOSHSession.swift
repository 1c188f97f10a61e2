internal import XMPPWire

/// One BOSH session: which requests are open, which come next, which response is due when (XEP-0124 sections 7 to 14).
/// Knows request ids, times in milliseconds and answers; touches no payload, socket or clock. What waits for the client is
/// an `OutputQueue` of the owner.
///
/// The owner's turn: `receive` each request and hand its payload on as told; then `unpark` until nil; then `answer` and
/// `write` until nil; then wake up at `deadline`, and `answer` again. It is over when `isOver`.
package struct BOSHSession: ~Copyable {
    package let id: SessionID
    package let terms: SessionTerms
    let policy: SessionPolicy

    var phase = Phase.running
    /// The highest request id before which none is missing.
    var newest: UInt64
    /// Requests taken in order that have no response yet, by request id.
    var open: [OpenRequest] = []
    /// Requests beyond a gap, by request id.
    var parked: [ParkedRequest] = []
    /// Responses that are due whatever else happens: repeats and faults.
    var owed: [Answer] = []
    var replay = ReplayStore()
    /// Nil when the client uses no keys.
    var keys: KeySequence?
    /// The highest request id that has its response.
    var lastAnswered: UInt64
    /// Since when the client has had no request open.
    var idleSince: UInt64
    /// The pause the client announced, in seconds.
    var pause: UInt16?
    /// Attributes that tell of the server's stream, for the next response that has room.
    var announcement: [UInt8] = []
    var pace = Pace()
    package internal(set) var end: SessionEnd?

    enum Phase: Equatable {
        case running
        /// The client gets the rest of the queue and then this; nil when it said goodbye itself.
        case closing(Condition?)
        /// The client got it; repeats are answered until then.
        case lingering(until: UInt64)
        case over
    }

    /// A session as `request` asks for it; the request waits for its answer under `handle`. The owner has checked `to`.
    package init(
        _ request: RequestHead, id: SessionID, policy: SessionPolicy, from handle: RequestHandle, now: UInt64
    ) throws(SessionRefusal) {
        let isLegacy = request.version == nil
        func refusal(_ condition: Condition) -> SessionRefusal { SessionRefusal(condition, isLegacy: isLegacy) }
        if let defect = request.defect { throw refusal(defect) }
        guard let rid = request.rid else { throw refusal(.badRequest) }
        guard request.sid == .none else { throw refusal(.itemNotFound) }
        guard request.opening.to?.isEmpty == false else { throw refusal(.improperAddressing) }
        if let newKey = request.newKey {
            guard let keys = KeySequence(newKey: newKey) else { throw refusal(.badRequest) }
            self.keys = keys
        } else {
            keys = nil
        }
        self.id = id
        self.policy = policy
        terms = SessionTerms(asked: request, policy: policy)
        newest = rid
        lastAnswered = rid - 1
        idleSince = now
        pace.note(at: now, idle: false)
        open.append(OpenRequest(rid: rid, handle: handle, since: now, keyMark: 0, answer: .creation))
    }

    /// Whether the owner may forget it.
    package var isOver: Bool { phase == .over }
    /// Whether payload of the server still reaches the client; if not, there is no use in reading it.
    package var isRunning: Bool { phase == .running }

    /// Bytes kept for repeats and for requests before their turn; 0 for most idle sessions.
    package var kept: Int { replay.bytes + parked.reduce(0) { $0 + $1.body.count } }

    /// Tells the client of the server's stream with the next response: `from`, `authid` and the version.
    package mutating func streamOpened(from: String?, id: String?, version: String?) {
        announcement = AttributeText.stream(from: from, id: id, version: version)
    }

    /// Ends the session from the server's side. What waits in the queue goes to the client first, then the condition;
    /// without an open request it waits for one.
    package mutating func close(_ condition: Condition) {
        guard phase == .running else { return }
        phase = .closing(condition)
        end = .closed(condition)
    }

    /// The client has a request at the owner, who cannot hand it on yet: its absence counts from now.
    package mutating func clientIsHere(now: UInt64) {
        idleSince = now
    }

    /// The connection of a request is gone. The request stays open until it is repeated.
    package mutating func connectionLost(_ handle: RequestHandle, now: UInt64) {
        for index in open.indices where open[index].handle == handle {
            open[index].handle = nil
            idleSince = now
        }
        for index in parked.indices where parked[index].handle == handle { parked[index].handle = nil }
    }
}

/// Why there is no session, and with which HTTP status that is said.
package struct SessionRefusal: Error, Equatable {
    package let condition: Condition
    package let status: UInt16

    package init(_ condition: Condition, isLegacy: Bool) {
        self.condition = condition
        status = condition.status(legacy: isLegacy)
    }
}
