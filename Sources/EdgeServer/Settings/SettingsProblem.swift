/// What is wrong with settings that were read without a mistake of form: one sentence each, with the key to look at.
package struct SettingsProblem: Error, Equatable, CustomStringConvertible {
    /// As in a configuration file.
    package let key: String
    /// What is the matter and what is allowed.
    package let sentence: String

    package init(key: String, _ sentence: String) {
        self.key = key
        self.sentence = sentence
    }

    package var description: String { "\(key): \(sentence)" }
}

extension Settings {
    /// Everything that keeps the server from working as set; empty when it may start.
    package func validate() -> [SettingsProblem] {
        addressProblems() + upstreamProblems() + pathProblems() + mechanismProblems() + compression.validate()
            + limits.validate() + tls.validate(listeners: listeners)
            + (0...1_024 ~= workers ? [] : [SettingsProblem(key: "workers", "\(workers) is not within 0 to 1024")])
    }

    /// For a server that runs already: its listeners stay as they are, and everything else has to go together with them.
    package func running(on listeners: [WebListener]) throws(SettingsProblem) -> Settings {
        var settings = self
        settings.listeners = listeners.map(withLeave)
        if let problem = settings.validate().first { throw problem }
        return settings
    }

    private func addressProblems() -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        if listeners.isEmpty {
            problems.append(SettingsProblem(key: "listen", "nothing to listen on; give at least one address"))
        }
        for (place, listener) in listeners.enumerated() {
            if Self.isFixed(listener.address) && listeners[..<place].contains(where: { $0.address == listener.address })
            {
                problems.append(SettingsProblem(key: "listen", "\(listener.address) is there twice"))
            }
            problems += Self.pathLength(listener.address, key: "listen")
            if let isHere = listener.address.isHere, let problem = clearness(of: listener, isHere: isHere) {
                problems.append(problem)
            }
            if listener.takesProxyHeader && trustedProxies.isEmpty {
                problems.append(
                    SettingsProblem(
                        key: "listen", "\(listener) would turn everybody away; name the proxies in trusted-proxies"))
            }
        }
        guard let admin else { return problems }
        if Self.isFixed(admin) && listeners.contains(where: { $0.address == admin }) {
            problems.append(
                SettingsProblem(key: "admin", "\(admin) is also a public address; the admin pages need their own"))
        }
        return problems + Self.pathLength(admin, key: "admin")
    }

    /// Port 0 asks the kernel for a port each time, so two of them do not collide.
    private static func isFixed(_ address: ListenAddress) -> Bool {
        if case .tcp(_, port: 0) = address { return false }
        return true
    }

    private static func pathLength(_ address: ListenAddress, key: String) -> [SettingsProblem] {
        guard case .unix(let path) = address, path.utf8.count > maxSocketPath else { return [] }
        return [SettingsProblem(key: key, "\(path) is longer than the \(maxSocketPath) bytes of a socket's path")]
    }

    /// sun_path of unix(7), without the closing zero.
    private static let maxSocketPath = 107

    private func upstreamProblems() -> [SettingsProblem] {
        guard !upstreams.isEmpty else {
            return [SettingsProblem(key: "upstreams", "no XMPP server is named; give a domain and its server")]
        }
        var problems: [SettingsProblem] = []
        for (place, route) in upstreams.enumerated() {
            let others = upstreams[..<place].filter { $0.domain == route.domain }
            if others.contains(where: { $0.server == route.server && $0.isService == route.isService }) {
                problems.append(
                    SettingsProblem(key: "upstreams", "\(route.server) is there twice for the domain \(route.domain)"))
            }
            if !route.takesAnyDomain && !Self.isDomain(route.domain) {
                problems.append(SettingsProblem(key: "upstreams", "\"\(route.domain)\" is no XMPP domain"))
            }
            if retiredDomains.contains(route.domain) {
                problems.append(SettingsProblem(key: "retired-domains", "the domain \(route.domain) is served here"))
            }
            if route.isService && route.takesAnyDomain {
                problems.append(
                    SettingsProblem(
                        key: "upstreams", "\"*=srv\" would connect wherever a browser says; name the domains"))
            }
            if route.port == 0 {
                problems.append(SettingsProblem(key: "upstreams", "\(route.server) needs a port from 1 to 65535"))
            }
        }
        return problems
    }

    /// RFC 7622 section 3.2 as far as a typing mistake goes.
    private static func isDomain(_ text: String) -> Bool {
        (1...1_023).contains(text.utf8.count)
            && !text.unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x7F || $0.properties.isWhitespace }
            && !text.contains { "\"&'/<>@*,".contains($0) }
            // A port does not belong here; an IPv6 literal in brackets may have colons.
            && (text.hasPrefix("[") || !text.contains(":"))
    }

    private func pathProblems() -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        var seen: Set<String> = []
        for (key, paths) in [("websocket-paths", websocketPaths), ("bosh-paths", boshPaths)] {
            for path in paths {
                if !Self.isPath(path) {
                    problems.append(
                        SettingsProblem(key: key, "\"\(path)\" is no path; write it like /ws, without a closing slash"))
                }
                if !seen.insert(path).inserted {
                    problems.append(SettingsProblem(key: key, "\(path) is there twice"))
                }
            }
        }
        if websocketPaths.isEmpty && boshPaths.isEmpty {
            problems.append(SettingsProblem(key: "websocket-paths", "no path is left for sessions"))
        }
        return problems
    }

    private static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count > 1 && !text.hasSuffix("/") && !text.contains("//")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"?#%\"<>\\".utf8.contains($0) }
    }

    private func mechanismProblems() -> [SettingsProblem] {
        (mechanisms.allowed.map { ("allow-mechanisms", $0) } + mechanisms.hidden.map { ("hide-mechanisms", $0) })
            .filter { !MechanismFilter.isName($0.1) }
            .map { SettingsProblem(key: $0.0, "\"\($0.1)\" is no name of a SASL mechanism") }
    }
}

extension Limits {
    /// Limits out of their range or in contradiction.
    package func validate() -> [SettingsProblem] {
        var problems = LimitRule.all.compactMap { $0.problem(in: self) }
        func contradiction(_ key: String, _ sentence: String) {
            problems.append(SettingsProblem(key: "limits.\(key)", sentence))
        }
        if stanzaBeforeLogin > stanza {
            contradiction("stanza-before-login", "\(stanzaBeforeLogin) is more than limits.stanza (\(stanza))")
        }
        if body < stanza { contradiction("body", "\(body) is less than limits.stanza (\(stanza)), which has to fit") }
        if pingMin > pingMax { contradiction("ping-min", "is longer than limits.ping-max") }
        if timeToOpen > timeToLogin { contradiction("time-to-open", "is longer than limits.time-to-login") }
        if boshPolling >= boshPollingInactivity {
            contradiction("bosh-polling", "is not shorter than limits.bosh-polling-inactivity")
        }
        if dnsMinLife > dnsMaxLife { contradiction("dns-min-life", "is longer than limits.dns-max-life") }
        if boshBodies < body { contradiction("bosh-bodies", "is less than limits.body, which has to fit") }
        return problems
    }
}

extension LimitRule {
    /// The sentence about a value out of range, or nil.
    package func problem(in limits: Limits) -> SettingsProblem? {
        switch field {
        case .size(let path, let range):
            Self.problem(key, limits[keyPath: path], range, " bytes")
        case .count(let path, let range):
            Self.problem(key, limits[keyPath: path], range, "")
        case .time(let path, let range):
            Self.problem(key, limits[keyPath: path], range, " ms")
        }
    }

    private static func problem<N: BinaryInteger>(
        _ key: String, _ value: N, _ range: ClosedRange<N>, _ unit: String
    ) -> SettingsProblem? {
        guard !range.contains(value) else { return nil }
        return SettingsProblem(
            key: "limits.\(key)", "\(value)\(unit) is not within \(range.lowerBound) to \(range.upperBound)\(unit)")
    }
}
