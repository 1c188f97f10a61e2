/// Why a WebSocket connection is closed (RFC 6455 section 7.4 and the registry it opens). Knows which numbers may be
/// sent; does not know who sends them when.
package struct CloseCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The purpose of the connection is fulfilled.
    package static let normal = CloseCode(rawValue: 1000)
    /// The server shuts down or restarts, or the page is left.
    package static let goingAway = CloseCode(rawValue: 1001)
    /// The peer broke the framing rules.
    package static let protocolError = CloseCode(rawValue: 1002)
    /// A kind of message that is not accepted here, such as binary.
    package static let unsupportedData = CloseCode(rawValue: 1003)
    /// What an API shows for a Close without a code; never on the wire.
    package static let noStatus = CloseCode(rawValue: 1005)
    /// What an API shows when the connection broke without Close; never on the wire.
    package static let abnormal = CloseCode(rawValue: 1006)
    /// The payload is not what its type says, such as text that is not UTF-8.
    package static let invalidPayload = CloseCode(rawValue: 1007)
    /// A rule of this server was broken that no other code names.
    package static let policyViolation = CloseCode(rawValue: 1008)
    /// The message is larger than the receiver takes.
    package static let messageTooBig = CloseCode(rawValue: 1009)
    /// The client misses an extension in the answer; only clients send it.
    package static let extensionMissing = CloseCode(rawValue: 1010)
    /// The server cannot go on for a reason of its own.
    package static let internalError = CloseCode(rawValue: 1011)
    /// The server restarts (registered 1012).
    package static let serviceRestart = CloseCode(rawValue: 1012)
    /// The server is overloaded (registered 1013).
    package static let tryAgainLater = CloseCode(rawValue: 1013)
    /// A gateway got no usable answer from the server behind it (registered 1014).
    package static let badGateway = CloseCode(rawValue: 1014)
    /// What an API shows when TLS failed; never on the wire.
    package static let tlsFailure = CloseCode(rawValue: 1015)

    /// Whether a Close frame may carry this code: the assigned ones, libraries' (3000-3999) and applications'
    /// (4000-4999).
    package var isAllowedOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
