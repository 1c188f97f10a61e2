/// Why there is no stream to the server (any more), in words for the browser and for the log.
internal import Reactor
internal import XMPPWire

enum UpstreamTrouble {
    /// No address took the connection in time.
    case unreachable
    /// We ourselves have nothing left to connect with; what, for the log.
    case exhausted(SystemFailure)
    /// Connected, but no stream header came, or the connection ended before one.
    case noHeader
    /// Connected, but there was no TLS to be had, or not with the right server; why, for the log.
    case insecure(String)
    /// The connection ended without `</stream:stream>`.
    case lost
    /// What came is no XMPP stream.
    case malformed(XMLFailure)
    /// It refers to another host once too often, or to one where the edge does not go.
    case referred
    /// Too many want to connect to it.
    case busy(LimitName)

    var text: StaticString {
        switch self {
        case .unreachable: "the XMPP server cannot be reached"
        case .exhausted: "too many connections, try again later"
        case .noHeader: "the XMPP server does not answer"
        case .insecure: "there is no secure connection to the XMPP server"
        case .lost: "the connection to the XMPP server was lost"
        case .malformed: "the XMPP server sent what is no XMPP"
        case .referred: "the XMPP server refers to another host"
        case .busy: "too many are logging in, try again later"
        }
    }

    var reason: EndReason {
        switch self {
        case .unreachable, .exhausted: .upstreamUnreachable
        case .noHeader: .upstreamNoHeader
        case .insecure(let why): .upstreamInsecure(why)
        case .lost: .upstreamLost
        case .malformed: .upstreamMalformed
        case .referred: .upstreamError
        case .busy(let limit): .limit(limit)
        }
    }

    /// Whether the server as such is in trouble, not only this stream.
    var concernsTheServer: Bool {
        switch self {
        case .unreachable, .noHeader, .insecure: true
        case .exhausted, .lost, .malformed, .referred, .busy: false
        }
    }

    /// The connection stood, so the server may have what was sent.
    var hasHeardUs: Bool {
        switch self {
        case .noHeader, .lost, .malformed: true
        case .unreachable, .exhausted, .insecure, .referred, .busy: false
        }
    }

    var isUnreachable: Bool { if case .unreachable = self { true } else { false } }
}
