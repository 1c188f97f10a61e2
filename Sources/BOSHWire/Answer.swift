/// One response the owner must send now. Knows what it says; `BOSHSession.write` makes the bytes.
package struct Answer {
    /// Who waits for it; nil when the connection was lost: the response is made and kept for a repeat, but not sent.
    package let handle: RequestHandle?
    /// The HTTP status: 200, but for faults of clients that know nothing else.
    package let status: UInt16
    let kind: Kind
    let rid: UInt64
    let keyMark: UInt64
    var missing: UInt64?

    /// It was sent before, perhaps at another stage of the session.
    package var isReplay: Bool {
        if case .replay = kind { true } else { false }
    }

    enum Kind {
        /// What waits in the queue, as much as fits; nothing is well.
        case payload
        case empty
        /// The session's parameters, and what waits in the queue.
        case creation
        /// Without payload and not kept.
        case pause
        /// The end, with the rest of the queue when `withPayload`; no condition when the client asked for it.
        case terminate(Condition?, withPayload: Bool)
        /// The session goes on; the request should come again.
        case recoverableError
        /// A response that was sent before; nil is the plain empty body.
        case replay([UInt8]?)
    }

    init(
        _ kind: Kind, to handle: RequestHandle?, rid: UInt64 = 0, keyMark: UInt64 = 0, missing: UInt64? = nil,
        status: UInt16 = 200
    ) {
        self.kind = kind
        self.handle = handle
        self.rid = rid
        self.keyMark = keyMark
        self.missing = missing
        self.status = status
    }
}
