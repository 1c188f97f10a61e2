/// Finds a server's addresses: which questions lead from a name to candidates (RFC 6120 section 3.2, XEP-0368). Knows the steps;
/// who answers is a closure, and nothing is kept.
package import Bytes
package import DNSWire
internal import Reactor
internal import TLSWire

package struct NameFinder {
    /// The answer to a question; nil when nobody gave one.
    let ask: (DNSQuery) -> DNSAnswer?
    /// What the hosts file says.
    let hosts: (String) -> [IPAddress]
    /// What else the system may know of a name that is not in DNS.
    let system: (String) -> [IPAddress]

    package init(
        ask: @escaping (DNSQuery) -> DNSAnswer?, hosts: @escaping (String) -> [IPAddress],
        system: @escaping (String) -> [IPAddress]
    ) {
        self.ask = ask
        self.hosts = hosts
        self.system = system
    }

    /// What was found and for how long that holds.
    package struct Finding: Sendable, Equatable {
        package var lookup: Lookup
        /// Milliseconds; nil where nobody said.
        package var life: UInt64?
        /// Something could not be found out, so ask again soon.
        package var isPartial = false
        /// Nobody said whether there are services, so it is what would count if there were none.
        package var isGuess = false
        /// What was asked and said, for an operator.
        package var steps: [String] = []

        package init(lookup: Lookup, life: UInt64? = nil, steps: [String] = []) {
            self.lookup = lookup
            self.life = life
            self.steps = steps
        }
    }

    /// Addresses of one host, and of all servers of a service: a session tries 16 and looks at all.
    private static let maxAddresses = 32
    private static let maxServiceAddresses = 64
    /// Names behind each other.
    private static let maxAliases = 8
    /// Milliseconds that count where the answer did not come from DNS.
    private static let systemLife: UInt64 = 60_000

    package func find(_ name: ServerName) -> Finding {
        switch name {
        case .host(let host, let port, let security): findHost(host, port, security, asksSystem: true)
        case .service(let domain, let security): findService(domain, security)
        }
    }

    // MARK: Hosts

    private enum Addresses {
        /// - Parameter isOurs: this machine says so, not the network.
        case found([IPAddress], life: UInt64?, isOurs: Bool)
        case none(life: UInt64?)
        case unanswered
    }

    private func findHost(
        _ host: String, _ port: UInt16, _ security: TransportSecurity, asksSystem: Bool
    ) -> Finding {
        let server = HostAndPort(host: host, port: port).description
        switch addresses(of: host, asksSystem: asksSystem) {
        case .found(let addresses, let life, let isOurs):
            let all = Self.order(addresses, port)
            // What DNS says must not decide that passwords leave in clear.
            let resolved = security.resolved(isLoopback: isOurs && all.allSatisfy(\.isLoopback))
            let candidates = all.map { Candidate(address: $0, security: resolved, server: server) }
            return Finding(lookup: .found(candidates), life: life, steps: [Self.line(server, all)])
        case .none(let life):
            return Finding(lookup: .failed(.unknown), life: life, steps: ["\(host): no address"])
        case .unanswered:
            return Finding(lookup: .failed(.unanswered), steps: ["\(host): no answer"])
        }
    }

    private static func order(_ addresses: [IPAddress], _ port: UInt16) -> [SocketAddress] {
        Array(CandidateOrder.alternating(addresses.map { SocketAddress($0, port: port) }).prefix(maxAddresses))
    }

    private static func line(_ server: String, _ addresses: [SocketAddress]) -> String {
        "\(server): \(addresses.map(\.host).joined(separator: " "))"
    }

    private func addresses(of host: String, asksSystem: Bool) -> Addresses {
        let known = hosts(host)
        if !known.isEmpty { return .found(known, life: Self.systemLife, isOurs: true) }
        if Self.isThisMachine(host) { return .found(Self.loopback, life: Self.systemLife, isOurs: true) }
        guard let name = DNSName(Punycode.domain(host)) else { return .none(life: nil) }
        let older = follow(name, .ipv4)
        // Who does not answer the first question is not kept waiting for with the second.
        guard let older else { return .unanswered }
        let newer = older.isUnknown ? older : follow(name, .ipv6)
        let found = (newer?.addresses ?? []) + older.addresses
        let life = Self.life(older, newer, hasFound: !found.isEmpty)
        if !found.isEmpty { return .found(found, life: life, isOurs: false) }
        guard newer != nil else { return .unanswered }
        let others = asksSystem ? system(host) : []
        return others.isEmpty ? .none(life: life) : .found(others, life: Self.systemLife, isOurs: false)
    }

    /// A name that nobody else is asked for (RFC 6761 section 6.3).
    private static func isThisMachine(_ host: String) -> Bool {
        let name = host.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    private static let loopback = [IPAddress(high: 0, low: 1), IPAddress(ipv4: 0x7F00_0001)]

    /// Of what there is when there is something; else of there being nothing.
    private static func life(_ older: DNSAnswer, _ newer: DNSAnswer?, hasFound: Bool) -> UInt64? {
        [older, newer].compactMap { $0 }.filter { !hasFound || !$0.addresses.isEmpty }.compactMap(\.life).min()
            .map { UInt64($0) * 1_000 }
    }

    /// The answer at the end of the aliases.
    private func follow(_ name: DNSName, _ kind: DNSQuery.Kind) -> DNSAnswer? {
        var name = name
        var life: UInt32?
        for _ in 0..<Self.maxAliases {
            guard var answer = ask(DNSQuery(name, kind)) else { return nil }
            life = [life, answer.life].compactMap { $0 }.min()
            guard let alias = answer.alias else {
                answer.life = life
                return answer
            }
            name = alias
        }
        return nil
    }

    // MARK: Services

    private func findService(_ domain: String, _ security: TransportSecurity) -> Finding {
        let name = Punycode.domain(domain)
        var life: UInt32?
        var steps: [String] = []
        func records(_ service: String) -> ServiceRecords.Answer {
            guard let question = DNSName("\(service)._tcp.\(name)"), let answer = follow(question, .service) else {
                steps.append("\(service)._tcp.\(name): no answer")
                return .unanswered
            }
            life = [life, answer.life].compactMap { $0 }.min()
            steps.append("\(service)._tcp.\(name): \(Self.words(answer.services))")
            return answer.services.isEmpty ? .none : .services(answer.services)
        }
        let plain = security == .directTLS ? nil : records("_xmpp-client")
        let direct =
            [.byAddress, .directTLS].contains(security) && plain != .unanswered ? records("_xmpps-client") : nil
        // Never by address: it is DNS that says it.
        let ofPlain = security == .plain ? security : .startTLS
        var finding: Finding
        switch ServiceRecords.verdict(plain: plain, direct: direct, security: ofPlain) {
        case .targets(let targets):
            finding = find(targets)
        case .notOffered:
            finding = Finding(lookup: .failed(.notOffered))
        case .fallback:
            let port = security == .directTLS ? DomainRoute.directPort : DomainRoute.defaultPort
            let word = security == .byAddress ? .startTLS : security
            finding = findHost(domain, port, word, asksSystem: false)
            finding.isGuess = plain == .unanswered || direct == .unanswered
        }
        finding.isPartial = finding.isPartial || plain == .unanswered || direct == .unanswered
        finding.life = [life.map { UInt64($0) * 1_000 }, finding.life].compactMap { $0 }.min()
        finding.steps = steps + finding.steps
        return finding
    }

    private static func words(_ services: [DNSService]) -> String {
        if services.isEmpty { return "no records" }
        return services.map { service in
            "\(service.target.host ?? "."):\(service.port) (priority \(service.priority), weight \(service.weight))"
        }.joined(separator: ", ")
    }

    /// All addresses of all targets; a target that has none is as good as not there.
    private func find(_ targets: [ServiceRecords.Target]) -> Finding {
        var finding = Finding(lookup: .failed(.unknown))
        var candidates: [Candidate] = []
        var known: [String: Addresses] = [:]
        for target in targets {
            let addresses = known[target.host] ?? addresses(of: target.host, asksSystem: false)
            known[target.host] = addresses
            let server = HostAndPort(host: target.host, port: target.port).description
            switch addresses {
            case .found(let addresses, let life, _):
                let share = max(Self.maxServiceAddresses / targets.count, 2)
                let all = Array(Self.order(addresses, target.port).prefix(share))
                candidates += all.map { address in
                    Candidate(
                        address: address, security: target.security, priority: target.priority, weight: target.weight,
                        server: server)
                }
                finding.life = [finding.life, life].compactMap { $0 }.min()
                finding.steps.append(Self.line(server, all))
            case .none(let life):
                finding.life = [finding.life, life].compactMap { $0 }.min()
                finding.steps.append("\(server): no address")
            case .unanswered:
                finding.isPartial = true
                finding.steps.append("\(server): no answer")
            }
        }
        if !candidates.isEmpty {
            finding.lookup = .found(candidates)
        } else if finding.isPartial {
            finding.lookup = .failed(.unanswered)
        }
        return finding
    }
}
