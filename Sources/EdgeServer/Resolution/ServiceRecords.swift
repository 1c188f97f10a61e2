/// What a domain's SRV records come to: the records of `_xmpp-client` and `_xmpps-client` as one set (XEP-0368 section 3). Knows
/// the rules; asks nobody.
package import DNSWire

package struct ServiceRecords: Sendable {
    /// What was said about one of the two.
    package enum Answer: Equatable, Sendable {
        case services([DNSService])
        /// There are no such records.
        case none
        case unanswered
    }

    package struct Target: Hashable, Sendable {
        package let host: String
        package let port: UInt16
        package let security: TransportSecurity
        package var priority: UInt16 = 0
        package var weight: UInt16 = 0

        package init(
            host: String, port: UInt16, security: TransportSecurity, priority: UInt16 = 0, weight: UInt16 = 0
        ) {
            self.host = host
            self.port = port
            self.security = security
            self.priority = priority
            self.weight = weight
        }
    }

    package enum Verdict: Equatable, Sendable {
        case targets([Target])
        /// Nothing is said: the domain's own addresses count (RFC 6120 section 3.2.2).
        case fallback
        case notOffered
    }

    /// Servers of one domain. Large services have below ten.
    private static let maxTargets = 32

    /// - Parameters:
    ///   - plain: about `_xmpp-client`; nil when it was not asked for.
    ///   - direct: about `_xmpps-client`.
    ///   - security: of the connections to the servers in `plain`.
    package static func verdict(plain: Answer?, direct: Answer?, security: TransportSecurity) -> Verdict {
        let all = targets(direct, .directTLS) + targets(plain, security)
        if !all.isEmpty {
            return .targets(Array(all.sorted { $0.priority < $1.priority }.prefix(maxTargets)))
        }
        // A single target of "." says no for its kind, and then nobody goes on to guess (RFC 6120 section 3.2.1).
        if isServices(plain) || isServices(direct) { return .notOffered }
        return .fallback
    }

    private static func isServices(_ answer: Answer?) -> Bool {
        if case .services? = answer { true } else { false }
    }

    private static func targets(_ answer: Answer?, _ security: TransportSecurity) -> [Target] {
        guard case .services(let services)? = answer else { return [] }
        return services.compactMap { service in
            // Neither the root nor what can be no host's name.
            guard let host = service.target.host, service.port > 0 else { return nil }
            return Target(
                host: host, port: service.port, security: security, priority: service.priority, weight: service.weight)
        }
    }
}
