/// What a probe found at a server, and what that means for an operator. Knows words; asks nobody.
package import ProxyWire

package struct UpstreamFinding: Sendable, Equatable {
    package let route: DomainRoute
    package let outcome: Outcome
    /// The connection stays on this machine.
    package let isPrivate: Bool
    /// The setting with which the server answers.
    package var remedy: Remedy?
    /// Which of the servers that SRV records name it is about.
    package var named: Named?

    package struct Named: Sendable, Equatable {
        package let server: String
        package let security: TransportSecurity

        package init(server: String, security: TransportSecurity) {
            self.server = server
            self.security = security
        }
    }

    package struct Remedy: Sendable, Equatable {
        package let proxy: ProxyVersion?

        package init(proxy: ProxyVersion?) {
            self.proxy = proxy
        }
    }

    package enum Outcome: Sendable, Equatable {
        case unresolved(reason: String)
        case unreachable(reason: String)
        /// Connected, but no stream header came in time.
        case silent
        /// Connected, but TLS did not come about; why.
        case insecure(reason: String)
        /// It closed the connection before its features.
        case closed
        /// What came is no XMPP stream.
        case notXMPP
        /// A stream error instead of features.
        case refused(condition: String)
        case answers(Offer)
    }

    package struct Offer: Sendable, Equatable {
        package let mechanisms: [String]
        package let requiresTLS: Bool
        /// All of them bind to the server's TLS connection: nobody can log in across the edge.
        package let isBoundOnly: Bool
        /// A server from before stream features.
        package let isOld: Bool

        package init(
            mechanisms: [String] = [], requiresTLS: Bool = false, isBoundOnly: Bool = false, isOld: Bool = false
        ) {
            self.mechanisms = mechanisms
            self.isBoundOnly = isBoundOnly
            self.requiresTLS = requiresTLS
            self.isOld = isOld
        }
    }

    package init(route: DomainRoute, outcome: Outcome, isPrivate: Bool = true) {
        self.route = route
        self.outcome = outcome
        self.isPrivate = isPrivate
    }

    /// Browsers can log in there.
    package var isGood: Bool {
        switch outcome {
        case .answers(let offer): !offer.isBoundOnly && (!offer.requiresTLS || !offer.mechanisms.isEmpty)
        // Which domains it serves cannot be known; that it is a server is what was to be found out.
        case .refused(let condition): route.takesAnyDomain && condition == "host-unknown"
        default: false
        }
    }

    package var sentence: String { "\(route.domain): \(server) \(words)\(advice)" }

    private var server: String {
        guard let named else { return route.server }
        switch named.security {
        case .directTLS: return "\(named.server) (TLS at once)"
        case .startTLS, .byAddress: return "\(named.server) (STARTTLS)"
        case .plain: return "\(named.server) (no TLS)"
        }
    }

    private var advice: String {
        guard let remedy else { return "" }
        guard let version = remedy.proxy else {
            return "; it expects no PROXY header: take \(route.proxy?.word ?? "") away from upstreams"
        }
        return "; it expects a PROXY header: write \(version.word) behind it in upstreams"
    }

    private var words: String {
        switch outcome {
        case .unresolved(let reason):
            "cannot be found: \(reason)"
        case .unreachable(let reason):
            "cannot be reached: \(reason)"
        case .silent:
            "takes the connection but says nothing; is it the client port, and does it want TLS first?"
        case .insecure(let reason):
            "answers, but there is no secure connection: \(reason)"
        case .closed:
            "closes the connection before it has said what it offers"
        case .notXMPP:
            "answers, but not with XMPP; is it the client port, and does it want TLS first?"
        case .refused(condition: "host-unknown"):
            route.takesAnyDomain ? "answers; which domains it serves is not known" : "does not serve this domain"
        case .refused(let condition):
            "answers with the error \(condition)"
        case .answers(let offer):
            words(offer)
        }
    }

    private func words(_ offer: Offer) -> String {
        if offer.isOld { return "answers; it is an old server without stream features" }
        if offer.isBoundOnly {
            return
                "answers, but offers only \(offer.mechanisms.joined(separator: ", ")), logins bound to its own TLS connection "
                + "that no browser can do; let it offer the same without -PLUS"
        }
        if !offer.mechanisms.isEmpty { return "answers; logins by \(offer.mechanisms.joined(separator: ", "))" }
        if offer.requiresTLS {
            return "answers, but insists on TLS; write starttls behind it in the configuration"
        }
        return "answers; it offers no SASL login"
    }
}

extension DomainRoute {
    /// What an operator has to know before passwords go there; nil when the connection stays on this machine.
    package func warning(isPrivate: Bool) -> String? {
        guard security == .plain && !isPrivate else { return nil }
        return "\(domain): the connection to \(server) leaves this machine without encryption; whoever can read that "
            + "network reads passwords and messages"
    }
}
