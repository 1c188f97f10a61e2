import EdgeServer
import Testing

@Suite struct SettingsTests {
    /// Settings that may start.
    private static func good() -> Settings {
        var settings = Settings()
        settings.upstreams = [DomainRoute(domain: "Example.ORG", host: "127.0.0.1")]
        return settings
    }

    @Test("The defaults with one server are valid, and the domain counts without case")
    func defaults() {
        let settings = Self.good()
        #expect(settings.validate() == [])
        #expect(settings.upstreams[0].domain == "example.org")
        #expect(settings.upstreams[0].server == "127.0.0.1:5222")
    }

    typealias Mistake = (key: String, words: String, spoil: @Sendable (inout Settings) -> Void)

    private static let addressMistakes: [Mistake] = [
        ("listen", "nothing to listen on", { $0.listeners = [] }),
        ("listen", "127.0.0.1:5280 is there twice", { $0.listeners += $0.listeners }),
        (
            "listen", "longer than the 107 bytes",
            { $0.listeners = [.unix(path: "/" + String(repeating: "s", count: 107))] }
        ),
        ("admin", "also a public address", { $0.admin = $0.listeners[0].address }),
        ("upstreams", "no XMPP server is named", { $0.upstreams = [] }),
        ("upstreams", "127.0.0.1:5222 is there twice for the domain example.org", { $0.upstreams += $0.upstreams }),
        ("upstreams", "\"a b\" is no XMPP domain", { $0.upstreams[0].domain = "a b" }),
        ("upstreams", "\"a.example:5222\" is no XMPP domain", { $0.upstreams[0].domain = "a.example:5222" }),
        ("upstreams", "needs a port from 1 to 65535", { $0.upstreams[0].port = 0 }),
    ]

    private static let otherMistakes: [Mistake] = [
        ("workers", "-1 is not within 0 to 1024", { $0.workers = -1 }),
        ("websocket-paths", "\"ws\" is no path", { $0.websocketPaths = ["ws"] }),
        ("websocket-paths", "\"/ws/\" is no path", { $0.websocketPaths = ["/ws/"] }),
        ("bosh-paths", "/ws is there twice", { $0.boshPaths = ["/ws"] }),
        ("websocket-paths", "no path is left", { ($0.websocketPaths, $0.boshPaths) = ([], []) }),
        ("hide-mechanisms", "\"plain\" is no name", { $0.mechanisms = MechanismFilter(hidden: ["plain"]) }),
        ("allow-mechanisms", "is no name", { $0.mechanisms = MechanismFilter(allowed: [""]) }),
        ("compression.threshold", "-1 bytes is not within 0 to", { $0.compression.threshold = -1 }),
        ("compression.window-memory", "-1 bytes is not within 0 to", { $0.compression.windowMemory = -1 }),
        ("compression.window-bits", "8 is not within 9 to 15", { $0.compression.windowBits = 8 }),
        ("limits.depth", "0 is not within 8 to 1000", { $0.limits.depth = 0 }),
        ("limits.stanza-before-login", "more than limits.stanza", { $0.limits.stanza = 10_000 }),
        ("limits.body", "less than limits.stanza", { $0.limits.body = 100_000 }),
        ("limits.time-to-open", "999 ms is not within 1000 to 3600000 ms", { $0.limits.timeToOpen = 999 }),
        ("limits.time-to-open", "longer than limits.time-to-login", { $0.limits.timeToLogin = 9_000 }),
        ("limits.ping-min", "longer than limits.ping-max", { $0.limits.pingMax = 20_000 }),
    ]

    @Test("Each mistake is named with its key and in one sentence", arguments: addressMistakes + otherMistakes)
    func mistakes(_ key: String, _ words: String, _ spoil: @Sendable (inout Settings) -> Void) throws {
        var settings = Self.good()
        spoil(&settings)
        let problems = settings.validate()
        #expect(problems.count == 1, "\(problems)")
        let problem = try #require(problems.first)
        #expect(problem.key == key)
        #expect(problem.sentence.contains(words), "\(problem)")
    }

    @Test("Ports of 0 do not collide, the kernel gives each another")
    func kernelPorts() {
        var settings = Self.good()
        settings.listeners = [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "127.0.0.1", port: 0)]
        settings.admin = settings.listeners[0].address
        #expect(settings.validate() == [])
    }

    @Test("XS-023, XS-027: the stanza limit and the timers are settings, and no stanza limit goes below 10,000 bytes")
    func stanzaLimit() {
        var limits = Limits()
        limits.stanza = 10_000
        limits.stanzaBeforeLogin = 10_000
        limits.upstreamKeepalive = 0
        limits.timeToOpen = 1_000
        #expect(limits.validate() == [])
        limits.stanza = 9_999
        #expect(limits.validate().contains { $0.key == "limits.stanza" })
    }

    @Test("Every limit has one key, every default is within its range, and every limit a peer reaches has its key")
    func rules() {
        let keys = LimitRule.all.map(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(Mirror(reflecting: Limits()).children.count == keys.count)
        #expect(Limits().validate() == [])
        for name in LimitName.allCases { #expect(keys.contains(name.rawValue)) }
    }

    @Test("Filters show what is allowed and not hidden")
    func mechanisms() {
        #expect(MechanismFilter.all.shows("PLAIN"))
        #expect(!MechanismFilter(hidden: ["PLAIN"]).shows("PLAIN"))
        #expect(MechanismFilter(allowed: ["SCRAM-SHA-1"]).shows("SCRAM-SHA-1"))
        #expect(!MechanismFilter(allowed: ["SCRAM-SHA-1"]).shows("PLAIN"))
        #expect(!MechanismFilter(allowed: ["PLAIN"], hidden: ["PLAIN"]).shows("PLAIN"))
    }

    @Test("H1-040: limits shrink to the descriptors there are, two for a session", arguments: [1, 100, 1_024, 20_000])
    func descriptors(_ count: Int) {
        let fitted = Limits().fitting(descriptors: count)
        #expect(fitted.sessions >= 1 && fitted.connections >= 1)
        if count >= 100 { #expect(fitted.sessions + fitted.connections < count) }
    }

    @Test("H1-040: 20,000 descriptors carry 8,000 sessions, and many descriptors change nothing")
    func enoughDescriptors() {
        #expect(Limits().fitting(descriptors: 20_000).sessions >= 8_000)
        #expect(Limits().fitting(descriptors: 1 << 20) == Limits())
    }
}
