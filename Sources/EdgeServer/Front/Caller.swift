/// Who makes a request and by which way, as far as it can be believed. Knows addresses and names; the chain of proxies has
/// been walked by then.
internal import ProxyWire
internal import Reactor

struct Caller {
    /// The client: what limits count and logs name.
    var address: SocketAddress
    /// The client came over TLS, to us or to a trusted proxy.
    var isSecure = false
    /// The host the client asked for, where a trusted proxy says it; nil when the request itself does.
    var host: [UInt8]?
    /// There when the session's server is told of it.
    var approach: Approach?
}

/// What a client asked for, as far as it is known.
struct RequestedSite {
    /// Where a trusted proxy says it; nil when the request itself does.
    let host: String?
    /// It is known to have come in TLS.
    let isSecure: Bool
}

/// How a client reached us, for the PROXY header towards its server. A reference, because few sessions have one.
final class Approach: Sendable {
    let destination: SocketAddress?
    let authority: [UInt8]?
    let tls: ProxyHeader.TLSFacts?

    init(destination: SocketAddress?, authority: [UInt8]? = nil, tls: ProxyHeader.TLSFacts? = nil) {
        self.destination = destination
        self.authority = authority
        self.tls = tls
    }

    /// What a proxy in front said of the connection.
    convenience init(_ header: ProxyHeader) {
        self.init(
            destination: header.endpoints.map { SocketAddress($0.destination, port: $0.destinationPort) },
            authority: header.authority, tls: header.tls)
    }
}
