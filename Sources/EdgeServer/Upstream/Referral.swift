/// Where a server may send a session on to (see-other-host, RFC 6120 section 4.9.3.19), and how the edge goes there. Knows the rules;
/// finds and connects nothing. The domain's certificate is asked for there as it was here.
internal import Bytes
internal import Reactor

package struct Referral {
    package let name: ServerName
    /// How it is to be used, where the configuration names it.
    private let known: Routes.Route.Server?
    private let source: Candidate

    /// Servers that a session is sent on to: enough for a cluster, and an end to circles.
    package static let limit = 3

    /// - Parameters:
    ///   - text: as the server wrote it.
    ///   - source: who said so.
    ///   - servers: those that the configuration has for the domain.
    package init?(_ text: String, from source: Candidate, servers: [Routes.Route.Server]) {
        let port = source.security == .directTLS ? DomainRoute.directPort : DomainRoute.defaultPort
        guard let place = HostAndPort(text, defaultPort: port), place.port > 0, Self.isHost(place.host) else {
            return nil
        }
        self.source = source
        known = servers.first { server in
            guard case .host(let host, let port, _) = server.name else { return false }
            return host.lowercased() == place.host.lowercased() && port == place.port
        }
        // What was protected stays so. In clear one goes to this machine at most: an operator's word for that is about a
        // server, not about whom that server refers to.
        let security = source.security == .plain ? .byAddress : source.security
        name = known?.name ?? .host(place.host, port: place.port, security)
    }

    /// What stands in brackets has to be an address: whatever else a server writes there is nobody's name.
    private static func isHost(_ host: String) -> Bool {
        !host.contains(":") || SocketAddress.literal(host, port: 0) != nil
    }

    /// Those that may be tried. A server that is elsewhere has no say about what this machine connects to on itself.
    package func candidates(_ found: [Candidate]) -> [Candidate] {
        // Not even into a network that the configuration trusts: who knows whose word this is.
        if let known { return known.candidates(found).filter { $0.isPrivate || !source.isPrivate } }
        return found.filter { $0.address.isReachable && (source.address.isLoopback || !$0.address.isLoopback) }.map {
            var candidate = $0
            candidate.proxy = source.proxy
            return candidate
        }
    }
}

extension SocketAddress {
    /// Not the address that stands for none, which the kernel takes for this machine.
    fileprivate var isReachable: Bool {
        guard let ip else { return false }
        if let ipv4 = ip.ipv4 { return ipv4 >> 24 != 0 }
        return ip.high != 0 || ip.low != 0
    }
}
