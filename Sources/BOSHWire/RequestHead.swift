package import XMPPWire

/// What the start tag of a request's `<body/>` says. Knows values that were already read; does not know whether a session
/// agrees with them.
package struct RequestHead: Equatable, Sendable {
    package var rid: UInt64?
    package var sid = SessionReference.none
    package var kind = Kind.ordinary
    package var ack: UInt64?
    package var pause: UInt16?
    package var key: [UInt8]?
    package var newKey: [UInt8]?
    package var wait: UInt16?
    package var hold: UInt8?
    package var version: ProtocolVersion?
    package var content: ContentType?
    /// `xmpp:restart='true'`
    package var isRestart = false
    /// For the header of the upstream stream: `to`, `from`, `xml:lang`, `xmpp:version`.
    package var opening = OpenAttributes()
    /// There is something inside the body. Known once the payload was read.
    package var hasPayload = false
    /// What is wrong with it although the tag could be read; ends the session it belongs to.
    package var defect: Condition?

    package enum SessionReference: Equatable, Sendable {
        /// No `sid`: a new session is wanted.
        case none
        /// A `sid` that never was one of ours.
        case foreign
        case id(SessionID)
    }

    package enum Kind: UInt8, Equatable, Sendable {
        case ordinary
        /// `type='terminate'`
        case terminate
        /// `type='error'`: the client reports a fault of its own; it means nothing to us.
        case error
    }

    package init() {}

    /// Empty in the sense of the rules against polling too fast: nothing that had to be said now.
    var isIdle: Bool { !hasPayload && !isRestart && kind != .terminate && pause == nil }
}
