/// One thing that went wrong: what a report counts it as, and what the system or the server said of it.
package struct Failure: Equatable, Sendable {
    package let kind: FailureKind
    package let cause: String?

    package init(_ kind: FailureKind, _ cause: String? = nil) {
        self.kind = kind
        // It comes from the other side and is shown in a line.
        self.cause = cause.map { String($0.prefix(Self.longest).map { $0.isNewline ? " " : $0 }) }
    }

    private static let longest = 200
}

/// What can go wrong in a run, as a report counts it. Knows names; a report explains them.
package enum FailureKind: String, CaseIterable, Codable, Sendable {
    /// The connection was refused or broke before anything was said.
    case connect
    /// TLS did not come about, or the certificate does not hold.
    case tls
    /// The server answered the WebSocket or BOSH request with something else.
    case handshake
    /// Login took longer than allowed.
    case loginTimeout = "login-timeout"
    /// No mechanism in common, or the server refused the credentials.
    case login
    case bind
    /// The server ended the stream with an error.
    case streamError = "stream-error"
    /// A session that stood was lost.
    case dropped
    /// What came was neither XMPP nor its transport.
    case malformed
    /// A stanza came back as an error.
    case stanzaError = "stanza-error"
    /// A message that was due had no session to leave from.
    case noSession = "no-session"
    /// More output waits for the server than one session keeps.
    case overflow
    /// A measured message, or one of its copies, did not arrive before the end.
    case undelivered

    package var explanation: String {
        switch self {
        case .connect: "connection refused or broken at the start"
        case .tls: "TLS refused, or a certificate that does not hold"
        case .handshake: "WebSocket or BOSH request refused"
        case .loginTimeout: "login took too long"
        case .login: "login refused"
        case .bind: "resource binding refused"
        case .streamError: "stream error"
        case .dropped: "session lost"
        case .malformed: "malformed data"
        case .stanzaError: "stanza returned as an error"
        case .noSession: "message due without a session"
        case .overflow: "message not sent, too much output waiting"
        case .undelivered: "message not delivered before the end"
        }
    }
}
