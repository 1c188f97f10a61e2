/// Which server answers for which domain. Knows the configured names and their addresses; opens nothing. A domain that is
/// not listed has no server: the edge connects nowhere on a browser's word.
internal import ProxyWire
internal import Reactor
internal import XMPPWire

struct Routes: Sendable {
    /// A reference, so that sessions keep theirs over a reload.
    final class Route: Sendable {
        /// In lower case; "*" takes every domain.
        let domain: String
        /// As configured, for logs.
        let upstream: String
        /// Tried in this order; not empty.
        let addresses: [SocketAddress]
        /// Connections begin with the client's address in this form.
        let proxy: ProxyVersion?
        /// As it comes to: never by address.
        let security: TransportSecurity

        init(
            domain: String, upstream: String, addresses: [SocketAddress], proxy: ProxyVersion? = nil,
            security: TransportSecurity = .byAddress
        ) {
            self.proxy = proxy
            self.domain = domain
            self.upstream = upstream
            self.addresses = addresses
            self.security = security.resolved(isLoopback: addresses.allSatisfy(\.isLoopback))
        }

        /// Nobody on the network can read along: what is private may be said.
        var isPrivate: Bool { security != .plain || addresses.allSatisfy(\.isLoopback) }
    }

    let all: [Route]
    private let retired: Set<String>
    /// Some server wants to know who its clients are.
    let tellsClients: Bool

    /// Resolves the upstreams' names: blocks, for start and reload only.
    /// - Parameter retired: domains that were served here once.
    init(_ configured: [DomainRoute], retired: [String] = []) throws(ResolveFailure) {
        var routes: [Route] = []
        for entry in configured {
            let addresses = try SocketAddress.resolve(host: entry.host, port: entry.port)
            routes.append(
                Route(
                    domain: entry.domain, upstream: entry.server, addresses: addresses, proxy: entry.proxy,
                    security: entry.security))
        }
        all = routes
        self.retired = Set(retired.map(JID.domain))
        tellsClients = routes.contains { $0.proxy != nil }
    }

    /// Whether the domain was served here once.
    func isRetired(_ wanted: String?) -> Bool { wanted.map { retired.contains(JID.domain($0)) } ?? false }

    /// The domain taken when a browser names none: the only one configured. With several there is none to choose.
    var defaultDomain: String? {
        all.count == 1 && all[0].domain != "*" ? all[0].domain : nil
    }

    /// The domain as it is sent to the server, and which server; nil for a domain not served here.
    func find(_ wanted: String?) -> (domain: String, route: Route)? {
        guard let name = (wanted?.isEmpty == false ? wanted : defaultDomain).map(JID.domain), !retired.contains(name)
        else { return nil }
        if let route = all.first(where: { $0.domain == name }) { return (route.domain, route) }
        // The name came from outside and goes into a stream header and the log.
        guard let route = all.first(where: { $0.domain == "*" }), isDomain(name) else { return nil }
        return (name, route)
    }

    /// Whether the name can be the domain of a JID (RFC 7622 section 3.2): no separators, no spaces, no controls.
    private func isDomain(_ name: String) -> Bool {
        let separators = "\"&'/:<>@".unicodeScalars
        return !name.isEmpty && name.utf8.count <= 1_023
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.value > 0x20 && !scalar.properties.isWhitespace && !separators.contains(scalar)
            }
    }
}
