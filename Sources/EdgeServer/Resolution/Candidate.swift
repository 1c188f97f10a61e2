/// One address at which a server may be reached, and how. Knows what DNS or the configuration said; connects nothing.
package import ProxyWire
package import Reactor

package struct Candidate: Hashable, Sendable {
    package let address: SocketAddress
    /// What it comes to: never by address.
    package let security: TransportSecurity
    /// Lower ones first (RFC 2782).
    package var priority: UInt16
    /// The share among servers of one priority.
    package var weight: UInt16
    /// `host:port` of the server, for logs and for what is remembered of it; its addresses have it in common.
    package let server: String
    /// Connections begin with the client's address in this form.
    package var proxy: ProxyVersion?
    /// The entry of the configuration that it came from; empty for one that a server referred to.
    package var entry = ""

    package init(
        address: SocketAddress, security: TransportSecurity, priority: UInt16 = 0, weight: UInt16 = 0, server: String
    ) {
        self.address = address
        self.security = security
        self.priority = priority
        self.weight = weight
        self.server = server
    }

    /// Nobody on the network can read along: what is private may be said.
    var isPrivate: Bool { security != .plain || address.isLoopback }
}
