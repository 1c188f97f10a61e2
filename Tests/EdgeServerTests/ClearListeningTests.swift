import EdgeServer
import Testing

@Suite struct ClearListeningTests {
    private static func settings(_ listeners: String...) throws -> Settings {
        var settings = Settings()
        settings.upstreams = [DomainRoute(domain: "example.org", host: "127.0.0.1")]
        settings.listeners = try listeners.map { try #require(WebListener($0)) }
        return settings
    }

    @Test(
        "A listener without TLS that others than this machine can reach is refused, and the sentence says what to write",
        arguments: ["*:80", "0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[2001:db8::1]:80", "[fe80::1]:80"])
    func network(_ address: String) throws {
        let problem = try #require(try Self.settings(address).validate().first)
        #expect(problem.key == "listen")
        for words in ["in clear from the network", "write tls behind it", "127.0.0.1", "write plain behind it"] {
            #expect(problem.sentence.contains(words), "\(problem)")
        }
        #expect(problem.sentence.hasPrefix(address == "*:80" ? "0.0.0.0:80 would" : "\(address) would"))
    }

    @Test(
        "One that only this machine can reach takes no word, nor one of which the address is not known before it is open",
        arguments: [
            "127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "unix:/run/e", "systemd:web", "h:1",
        ])
    func here(_ address: String) throws {
        let settings = try Self.settings(address)
        #expect(settings.validate() == [] && settings.warnings() == [])
    }

    @Test("The word is the leave to do so, and warned of at each start; TLS needs none")
    func word() throws {
        let settings = try Self.settings("*:80 plain", "[::]:80 plain", "127.0.0.1:80 plain")
        #expect(settings.validate() == [])
        #expect(settings.warnings().map { $0.contains("open to the network without TLS") } == [true, true])
        var secure = try Self.settings("*:443 tls")
        secure.tls.certificates = ["a.pem"]
        #expect(secure.validate() == [] && secure.warnings() == [])
    }

    @Test("PP-001: that a balancer speaks for the browsers is no such word: there is a network between it and us")
    func proxy() throws {
        var settings = try Self.settings("*:80 proxy")
        settings.trustedProxies = try TrustedProxies(words: ["192.0.2.0/24"])
        #expect(settings.validate().count == 1)
        settings.listeners = [try #require(WebListener("*:80 plain proxy"))]
        #expect(settings.validate() == [])
        #expect(settings.listeners[0].description == "0.0.0.0:80 proxy plain")
        #expect(WebListener(settings.listeners[0].description) == settings.listeners[0])
    }

    @Test("A listener that sends everybody to TLS takes no word, as long as no proxy elsewhere may say that it was TLS")
    func redirect() throws {
        var settings = try Self.settings("*:80")
        settings.tls.redirectPort = 443
        for (proxies, isGood) in [
            ([], true), (["127.0.0.1", "::1", "unix"], true), (["127.0.0.0/8"], true), (["127.0.0.0/7"], false),
            (["127.0.0.1", "192.0.2.1"], false), (["::/0"], false),
        ] {
            settings.trustedProxies = try TrustedProxies(words: proxies)
            #expect(settings.validate().isEmpty == isGood, "\(proxies)")
        }
    }

    @Test("Who runs already is judged by the new settings, with the leave that stands in them")
    func running() throws {
        let old = [try #require(WebListener("*:80"))]
        var redirecting = try Self.settings("127.0.0.1:80")
        redirecting.tls.redirectPort = 443
        #expect(try redirecting.running(on: old).listeners == old)
        #expect(throws: SettingsProblem.self) { try Self.settings("127.0.0.1:80").running(on: old) }
        #expect(try Self.settings("*:80 plain").running(on: old).listeners.map(\.isPlain) == [true])
        let plain = [try #require(WebListener("*:80 plain"))]
        #expect(throws: SettingsProblem.self) { try Self.settings("*:80").running(on: plain) }
        #expect(try Self.settings("127.0.0.1:80").running(on: plain).listeners == plain)
    }

    @Test(
        "Where a name or a socket of systemd has turned out to be decides in the same way, and the sentence names the place"
    )
    func found() throws {
        let settings = try Self.settings("systemd:web", "systemd:web plain")
        let (bare, plain) = (settings.listeners[0], settings.listeners[1])
        #expect(settings.clearness(of: bare, isHere: true) == nil)
        #expect(settings.clearness(of: plain, isHere: false) == nil)
        let problem = settings.clearness(of: bare, isHere: false, place: "192.0.2.1:80")
        #expect(problem?.sentence.hasPrefix("systemd:web (192.0.2.1:80) would take") == true)
        #expect(settings.warning(about: plain, isHere: true) == nil)
        #expect(settings.warning(about: plain, isHere: false, place: "p")?.hasPrefix("systemd:web (p) is open") == true)
        #expect(try Self.settings("localhost:0").clearnessOfNames() == [])
    }
}
