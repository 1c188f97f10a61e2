/// Which XMPP server answers for which domain, as configured. Knows names; resolves and connects nothing.
package import ProxyWire

package struct DomainRoute: Sendable, Equatable {
    /// The domain of the JIDs, in lower case; `*` takes every domain (a set-up with one server).
    package var domain: String
    /// Name or literal address of the XMPP server.
    package var host: String
    package var port: UInt16
    package var security: TransportSecurity
    /// Each connection begins with the client's address in this form; nil where the server does not expect it.
    package var proxy: ProxyVersion?

    package init(domain: String, host: String, port: UInt16 = Self.defaultPort, security: TransportSecurity = .plain) {
        self.domain = domain.lowercased()
        self.host = host
        self.port = port
        self.security = security
    }

    /// xmpp-client (RFC 6120 section 14.7).
    package static let defaultPort: UInt16 = 5222
    package static let anyDomain = "*"

    package var takesAnyDomain: Bool { domain == Self.anyDomain }

    /// `host:port`, as people write it.
    package var server: String { HostAndPort(host: host, port: port).description }
}

/// How the connection to a server is protected.
package enum TransportSecurity: Sendable, Equatable {
    /// Not at all: right on loopback and on a network that nobody else can read.
    case plain
}

extension ProxyVersion {
    /// Behind a server in the configuration.
    var word: String { "proxy-\(rawValue)" }
}

extension DomainRoute {
    /// `proxy-v1`, `proxy-v2` or nothing.
    package var proxyWord: String? { proxy?.word }

    /// Takes such a word; false for any other.
    package mutating func take(proxyWord word: Substring) -> Bool {
        proxy = [ProxyVersion.v1, .v2].first { $0.word == word }
        return proxy != nil
    }
}
