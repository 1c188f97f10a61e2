/// Which XMPP server answers for which domain, as configured. Knows names; resolves and connects nothing.
package import ProxyWire

package struct DomainRoute: Sendable, Equatable {
    /// The domain of the JIDs, in lower case; `*` takes every domain (a set-up with one server).
    package var domain: String
    /// Name or literal address of the XMPP server.
    package var host: String
    package var port: UInt16
    /// SRV records of the domain name its servers; `host` is the domain then, and `port` says nothing.
    package var isService = false
    package var security: TransportSecurity
    /// Each connection begins with the client's address in this form; nil where the server does not expect it.
    package var proxy: ProxyVersion?
    /// Among the servers of the same domain: all of a lower number are tried before.
    package var priority: UInt16 = 0
    /// Its share of the sessions among servers of the same priority.
    package var weight: UInt16 = Self.usualWeight

    package init(
        domain: String, host: String, port: UInt16 = Self.defaultPort, security: TransportSecurity = .byAddress
    ) {
        self.domain = domain.lowercased()
        self.host = host
        self.port = port
        self.security = security
    }

    /// xmpp-client (RFC 6120 section 14.7).
    package static let defaultPort: UInt16 = 5222
    /// xmpps-client, by custom (XEP-0368).
    package static let directPort: UInt16 = 5223
    package static let anyDomain = "*"
    /// All alike where nothing is said.
    private static let usualWeight: UInt16 = 1

    package var takesAnyDomain: Bool { domain == Self.anyDomain }

    /// Instead of a server, where SRV records name it.
    package static let serviceWord = "srv"

    /// `host:port` as people write it, or that SRV records say it.
    package var server: String { name.server }
}

/// How the connection to a server is protected, as the configuration has it.
package enum TransportSecurity: String, Sendable, CaseIterable {
    /// Not at all when all its addresses are on this machine, by STARTTLS otherwise.
    case byAddress = ""
    /// Not at all, wherever it is: for a network that nobody else can read.
    case plain
    /// TLS after the stream has begun; without it there is no connection (RFC 6120 section 5).
    case startTLS = "starttls"
    /// TLS from the first byte on (XEP-0368).
    case directTLS = "tls"

    /// What it comes to.
    func resolved(isLoopback: Bool) -> TransportSecurity {
        self == .byAddress ? (isLoopback ? .plain : .startTLS) : self
    }
}

extension ProxyVersion {
    /// Behind a server in the configuration.
    var word: String { "proxy-\(rawValue)" }
}

extension DomainRoute {
    /// `proxy-v1`, `proxy-v2` or nothing.
    package var proxyWord: String? { proxy?.word }

    /// What stands behind the server in a configuration.
    package var words: [String] {
        (security == .byAddress ? [] : [security.rawValue]) + (proxy.map { [$0.word] } ?? [])
            + (priority == 0 ? [] : ["priority=\(priority)"])
            + (weight == Self.usualWeight ? [] : ["weight=\(weight)"])
    }

    /// Takes such a word; false for any other, and for one too many.
    package mutating func take(_ word: Substring) -> Bool {
        if let security = TransportSecurity(rawValue: String(word)), self.security == .byAddress, !word.isEmpty {
            self.security = security
            return true
        }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { return take(parts[0], parts[1]) }
        guard proxy == nil else { return false }
        proxy = [ProxyVersion.v1, .v2].first { $0.word == word }
        return proxy != nil
    }

    private mutating func take(_ name: Substring, _ value: Substring) -> Bool {
        guard let number = UInt16(value) else { return false }
        switch name {
        case "priority" where priority == 0: priority = number
        case "weight" where weight == Self.usualWeight && number > 0: weight = number
        default: return false
        }
        return true
    }
}
