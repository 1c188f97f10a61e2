/// All keys of the configuration, in the order of the sample file. Knows how each is written, not what it is for: that
/// stands in `Settings`, `Limits` and the sample.
internal import EdgeServer

extension SettingKey {
    package static let all: [SettingKey] =
        [
            .list("listen", "an address: \(WebListener.forms)", \.listeners, { WebListener($0) }, \.description),
            trustedProxies,
            .word("forwarded-header", \.trustedProxies.field),
            admin,
            .list(
                "upstreams",
                "DOMAIN=HOST:PORT, such as example.org=127.0.0.1:5222, or DOMAIN=srv",
                \.upstreams, route, text),
            .list("upstream-tls.pins", KeyPin.form, \.upstreamTrust.pins, { KeyPin($0) }, \.description),
            authorities,
            nameServer,
            .list("tls.certificates", "a file", \.tls.certificates, { $0 }, { $0 }),
            .list("tls.keys", "a file", \.tls.keys, { $0 }, { $0 }),
            .time("tls.strict-transport", \.tls.strictTransport),
            redirectPort,
            publicFolder,
            .count("workers", \.workers),
            .list("websocket-paths", "a path, such as /ws", \.websocketPaths, { $0 }, { $0 }),
            .onOff("websocket-draft", \.websocketDraft),
            .list("bosh-paths", "a path, such as /bosh", \.boshPaths, { $0 }, { $0 }),
            .list(
                "retired-domains", "a domain, such as old.example.org", \.retiredDomains, { $0.lowercased() }, { $0 }),
            publicURL,
            allowedOrigins,
            .list(
                "connect-origins", "an origin, such as http://upload.example.org:5443", \.connectOrigins,
                { OriginPolicy.sourceExpression($0) }, { $0 }),
            registration,
            guestDomain,
            .list("page.guest-rooms", "the address of a room", \.page.guestRooms, { roomAddress($0) }, { $0 }),
            .list("allow-mechanisms", mechanismForm, \.mechanisms.allowed, { $0.uppercased() }, { $0 }),
            .list("hide-mechanisms", mechanismForm, \.mechanisms.hidden, { $0.uppercased() }, { $0 }),
            .onOff("strip-channel-binding", \.stripChannelBinding),
            .word("log-format", \.logFormat),
            .word("log-level", \.logLevel),
        ] + compression + LimitRule.all.map(SettingKey.limit)

    private static let compression: [SettingKey] = [
        .onOff("compression.websocket", \.compression.webSocket),
        .onOff("compression.bosh", \.compression.bosh),
        .size("compression.threshold", \.compression.threshold),
        .size("compression.window-memory", \.compression.windowMemory),
        .count("compression.window-bits", \.compression.windowBits),
    ]

    private static let mechanismForm = "a SASL mechanism, such as SCRAM-SHA-256"

    private static let publicURL = one(
        "public-url", PublicURL.form, { $0.publicURL?.description },
        { text, settings in
            settings.publicURL = PublicURL(text)
            return settings.publicURL != nil
        })

    private static let trustedProxies = SettingKey(
        name: "trusted-proxies", isList: true, form: TrustedProxies.forms,
        read: { words, settings throws(WrongValue) in
            let field = settings.trustedProxies.field
            do throws(TrustedProxies.UnknownWord) {
                settings.trustedProxies = try TrustedProxies(words: words)
            } catch {
                throw WrongValue(value: error.word)
            }
            settings.trustedProxies.field = field
        },
        show: \.trustedProxies.words)

    private static let admin = one(
        "admin", "an address (\(ListenAddress.forms)) or off", { $0.admin?.description ?? "off" },
        { text, settings in
            if WrittenValue.isOn(text) == false {
                settings.admin = nil
                return true
            }
            guard let address = ListenAddress(text) else { return false }
            settings.admin = address
            return true
        })

    private static let authorities = one(
        "upstream-tls.ca-file", "a file", \.upstreamTrust.authorities,
        { text, settings in
            settings.upstreamTrust.authorities = text.isEmpty ? nil : text
            return true
        })

    private static let nameServer = one(
        "name-server", NameServerSetting.form, \.nameServer.description,
        { text, settings in
            guard let server = NameServerSetting(text) else { return false }
            settings.nameServer = server
            return true
        })

    private static let redirectPort = one(
        "tls.redirect-to-port", "a port or off", { $0.tls.redirectPort.map { "\($0)" } ?? "off" },
        { text, settings in
            if WrittenValue.isOn(text) == false {
                settings.tls.redirectPort = nil
                return true
            }
            guard let port = UInt16(text), port > 0 else { return false }
            settings.tls.redirectPort = port
            return true
        })

    private static let publicFolder = one(
        "public", "a folder", \.publicFolder,
        { text, settings in
            settings.publicFolder = text
            return true
        })

    private static let allowedOrigins = SettingKey(
        name: "allowed-origins", isList: true,
        form: "same-host, no-origin, * or an origin such as https://chat.example.org",
        read: { words, settings throws(WrongValue) in
            do throws(OriginPolicy.UnknownWord) {
                settings.allowedOrigins = try OriginPolicy(words: words)
            } catch {
                throw WrongValue(value: error.word)
            }
        },
        show: \.allowedOrigins.words)

    private static let registration = one(
        "page.registration", WrittenValue.switchForm, { "\($0.page.allowsRegistration)" },
        { text, settings in
            guard let isOn = WrittenValue.isOn(text) else { return false }
            settings.page.allowsRegistration = isOn
            return true
        })

    private static let guestDomain = one(
        "page.guest-domain", "a domain", \.page.guestDomain,
        { text, settings in
            guard !text.contains(where: { $0 == "@" || $0 == "/" || $0 == " " }) else { return false }
            settings.page.guestDomain = text.isEmpty ? nil : text.lowercased()
            return true
        })

    @Sendable private static func roomAddress(_ text: String) -> String? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts.contains(where: \.isEmpty) && !text.contains("/") ? text : nil
    }

    /// `example.org=127.0.0.1:5222 starttls proxy-v2` or `example.org=srv`; port and words may be left out.
    @Sendable private static func route(_ text: String) -> DomainRoute? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        let words = parts[1].split(separator: " ")
        guard let first = words.first else { return nil }
        var route = DomainRoute(domain: String(parts[0]), host: "")
        for word in words.dropFirst() { guard route.take(word) else { return nil } }
        if first == DomainRoute.serviceWord {
            route.isService = true
            route.host = route.domain
            return route
        }
        let port = route.security == .directTLS ? DomainRoute.directPort : DomainRoute.defaultPort
        guard let server = HostAndPort(String(first), defaultPort: port) else { return nil }
        route.host = server.host
        route.port = server.port
        return route
    }

    @Sendable private static func text(_ route: DomainRoute) -> String {
        (["\(route.domain)=\(route.isService ? DomainRoute.serviceWord : route.server)"] + route.words).joined(
            separator: " ")
    }
}
