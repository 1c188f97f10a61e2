/// One address at which a server may be reached, and how. Knows what DNS or the configuration said; connects nothing.
internal import ProxyWire
internal import Reactor

struct Candidate: Hashable, Sendable {
    let address: SocketAddress
    /// What it comes to: never by address.
    let security: TransportSecurity
    /// Lower ones first (RFC 2782).
    var priority: UInt16 = 0
    /// The share among servers of one priority.
    var weight: UInt16 = 0
    /// `host:port` of the server, for logs and for what is remembered of it; its addresses have it in common.
    let server: String
    /// Connections begin with the client's address in this form.
    var proxy: ProxyVersion?
    /// The entry of the configuration that it came from; empty for one that a server referred to.
    var entry = ""

    /// Nobody on the network can read along: what is private may be said.
    var isPrivate: Bool { security != .plain || address.isLoopback }
}
