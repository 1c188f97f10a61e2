/// Why a session ended, in stable words for logs and figures. Knows no wording for peers.
package enum EndReason: Sendable, Equatable {
    // The browser's side.
    /// It said `<close/>`.
    case clientClosed
    /// Its connection ended without a word.
    case clientVanished
    case pingTimeout
    /// It asked for so many answers without reading them that we gave up.
    case clientOutputFull
    /// It broke RFC 6455; the close code it was told.
    case webSocketError(UInt16)
    /// It broke XEP-0124; the condition it was told.
    case boshError(String)

    // The server's side.
    /// It ended the stream.
    case upstreamClosed
    /// It ended the stream with a stream error, which the browser has.
    case upstreamError
    /// No address took the connection in time.
    case upstreamUnreachable
    /// It took the connection and sent no stream header.
    case upstreamNoHeader
    /// It took the connection, and TLS did not come about; why.
    case upstreamInsecure(String)
    /// The connection ended without the end of the stream.
    case upstreamLost
    /// What it sent is no XMPP.
    case upstreamMalformed

    // Ours.
    /// The browser broke a rule of XMPP; the condition of the stream error it was told.
    case streamError(String)
    /// A limit was reached.
    case limit(LimitName)
    /// This process stops.
    case shutdown

    package var word: String {
        switch self {
        case .clientClosed: "client-closed"
        case .clientVanished: "client-vanished"
        case .pingTimeout: "ping-timeout"
        case .clientOutputFull: "client-output-full"
        case .webSocketError: "websocket-error"
        case .boshError: "bosh-error"
        case .upstreamClosed: "upstream-closed"
        case .upstreamError: "upstream-error"
        case .upstreamUnreachable: "upstream-unreachable"
        case .upstreamNoHeader: "upstream-no-header"
        case .upstreamInsecure: "upstream-insecure"
        case .upstreamLost: "upstream-lost"
        case .upstreamMalformed: "upstream-malformed"
        case .streamError: "stream-error"
        case .limit: "limit"
        case .shutdown: "shutdown"
        }
    }

    /// Which one, where the word leaves it open.
    package var detail: String? {
        switch self {
        case .webSocketError(let code): "\(code)"
        case .streamError(let condition), .boshError(let condition): condition
        case .upstreamInsecure(let why): why
        case .limit(let name): name.rawValue
        default: nil
        }
    }
}
