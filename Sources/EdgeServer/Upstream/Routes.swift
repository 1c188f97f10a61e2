/// Which servers answer for which domain. Knows the configured names; finds and opens nothing. A domain that is not listed has
/// no server: the edge connects nowhere on a browser's word.
internal import ProxyWire
internal import Reactor
internal import XMPPWire

package struct Routes: Sendable {
    /// A reference, so that sessions keep theirs over a reload.
    package final class Route: Sendable {
        /// In lower case; "*" takes every domain.
        let domain: String
        /// Not empty.
        let servers: [Server]
        /// Theirs, each once.
        let names: [ServerName]

        /// One entry of the configuration.
        package struct Server: Sendable {
            let name: ServerName
            /// As configured, for logs.
            let label: String
            let priority: UInt16
            let weight: UInt16
            let proxy: ProxyVersion?

            package init(_ entry: DomainRoute) {
                name = entry.name
                label = entry.server
                priority = entry.priority
                weight = entry.weight
                proxy = entry.proxy
            }

            /// What was found of it, as the configuration wants it to be used.
            func candidates(_ found: [Candidate]) -> [Candidate] {
                found.map { candidate in
                    var candidate = candidate
                    candidate.proxy = proxy
                    candidate.entry = label
                    guard case .host = name else { return candidate }
                    candidate.priority = priority
                    candidate.weight = weight
                    return candidate
                }
            }
        }

        init(domain: String, servers: [Server]) {
            self.domain = domain
            self.servers = servers
            var seen: Set<ServerName> = []
            names = servers.map(\.name).filter { seen.insert($0).inserted }
        }

        /// All its servers, for logs.
        var label: String { servers.map(\.label).joined(separator: ",") }
    }

    let all: [Route]
    private let retired: Set<String>
    /// Some server wants to know who its clients are.
    let tellsClients: Bool

    /// - Parameter retired: domains that were served here once.
    init(_ configured: [DomainRoute], retired: [String] = []) {
        var servers: [String: [Route.Server]] = [:]
        var domains: [String] = []
        for entry in configured {
            if servers[entry.domain] == nil { domains.append(entry.domain) }
            servers[entry.domain, default: []].append(Route.Server(entry))
        }
        all = domains.map { Route(domain: $0, servers: servers[$0] ?? []) }
        self.retired = Set(retired.map(JID.domain))
        tellsClients = configured.contains { $0.proxy != nil }
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
