/// Why there is no stream to the server (any more), in words for the browser and for the log.
internal import XMPPWire

enum UpstreamTrouble {
    /// No address took the connection in time.
    case unreachable
    /// Connected, but no stream header came, or the connection ended before one.
    case noHeader
    /// Connected, but there was no TLS to be had, or not with the right server; why, for the log.
    case insecure(String)
    /// The connection ended without `</stream:stream>`.
    case lost
    /// What came is no XMPP stream.
    case malformed(XMLFailure)

    var text: StaticString {
        switch self {
        case .unreachable: "the XMPP server cannot be reached"
        case .noHeader: "the XMPP server does not answer"
        case .insecure: "there is no secure connection to the XMPP server"
        case .lost: "the connection to the XMPP server was lost"
        case .malformed: "the XMPP server sent what is no XMPP"
        }
    }

    var reason: EndReason {
        switch self {
        case .unreachable: .upstreamUnreachable
        case .noHeader: .upstreamNoHeader
        case .insecure(let why): .upstreamInsecure(why)
        case .lost: .upstreamLost
        case .malformed: .upstreamMalformed
        }
    }

    /// Whether the server as such is in trouble, not only this stream.
    var concernsTheServer: Bool {
        switch self {
        case .unreachable, .noHeader, .insecure: true
        case .lost, .malformed: false
        }
    }
}
