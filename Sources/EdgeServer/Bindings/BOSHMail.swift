/// What reactors tell each other about BOSH requests: those that came to another reactor than their session's, and their
/// answers. Knows no connection and no session.
internal import BOSHWire

enum BOSHMail: Sendable {
    /// To the session's home: the whole request, and whether it came in TLS.
    case request(SessionID, BOSHWire.RequestHead, body: [UInt8], RequestHandle, isSecure: Bool)
    /// To the session's home: nobody waits for this answer any more.
    case lost(SessionID, RequestHandle)
    /// To the reactor of the connection.
    case answer(RequestHandle, BOSHAnswer)
    /// The same: its connection closes without an answer.
    case cut(RequestHandle)
}

/// An answer on its way, with all that its head needs.
struct BOSHAnswer: Sendable {
    let status: UInt16
    let type: BOSHWire.ContentType
    let body: [UInt8]
    /// It may be compressed: no secret in it could be guessed by its size.
    let mayShrink: Bool
}

/// The name of a request: the reactor on which its connection is, a place there, and a number against names grown old.
extension RequestHandle {
    static let maxSlot = 1 << 24

    init(reactor: UInt16, slot: Int, generation: UInt32) {
        self.init(UInt64(reactor) << 48 | UInt64(generation & 0xFF_FFFF) << 24 | UInt64(slot & 0xFF_FFFF))
    }

    var reactor: UInt16 { UInt16(truncatingIfNeeded: value >> 48) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: value >> 24) & 0xFF_FFFF }
    var slot: Int { Int(value & 0xFF_FFFF) }
}
