/// What a configuration names where a server is to be found. Knows names; asks nobody.

package enum ServerName: Hashable, Sendable {
    /// A name with A and AAAA records (or in the hosts file), or a literal address.
    case host(String, port: UInt16, TransportSecurity)
    /// A domain whose SRV records name the servers (RFC 6120 section 3.2.1, XEP-0368). Without a word about security,
    /// `_xmpps-client` and `_xmpp-client` both count.
    case service(domain: String, TransportSecurity)

    /// As logs have it.
    package var server: String {
        switch self {
        case .host(let host, let port, _): HostAndPort(host: host, port: port).description
        case .service(let domain, _): "srv:\(domain)"
        }
    }
}

extension DomainRoute {
    /// Where its server is to be found.
    var name: ServerName {
        isService ? .service(domain: domain, security) : .host(host, port: port, security)
    }
}
