/// Whom the configuration believes, and listeners and servers with PROXY headers.
import Bytes
import EdgeServer
import Reactor
import Testing

@Suite struct TrustedProxiesTests {
    @Test("FW-001: nobody is believed unless told")
    func nobody() throws {
        let loopback = SocketAddress(try #require(IPAddress("127.0.0.1")), port: 1)
        #expect(!TrustedProxies().contains(loopback))
        #expect(!TrustedProxies().contains(.unix))
        #expect(try TrustedProxies(words: ["127.0.0.0/8"]).contains(loopback))
        #expect(try !TrustedProxies(words: ["127.0.0.0/8"]).contains(.unix))
        #expect(try TrustedProxies(words: ["unix"]).contains(.unix))
    }

    @Test("Its words are read back")
    func words() throws {
        #expect(
            try TrustedProxies(words: ["10.0.0.0/8", "unix", "::1"]).words == [
                "unix", "10.0.0.0/8", "0:0:0:0:0:0:0:1/128",
            ])
        #expect(throws: TrustedProxies.UnknownWord.self) { try TrustedProxies(words: ["nginx"]) }
    }

    @Test("PP-001: the word behind a listener says that a header comes first")
    func listener() {
        #expect(
            WebListener("127.0.0.1:80 proxy") == WebListener(.tcp(host: "127.0.0.1", port: 80), takesProxyHeader: true))
        #expect(WebListener("127.0.0.1:80") == .tcp(host: "127.0.0.1", port: 80))
        #expect(WebListener("127.0.0.1:80 proxy proxy") == nil)
        #expect(WebListener("127.0.0.1:80 prox") == nil)
        #expect(WebListener("unix:/run/e proxy")?.description == "unix:/run/e proxy")
    }

    @Test("PP-002: a listener for proxies needs some that are trusted")
    func validation() throws {
        var settings = Settings()
        settings.upstreams = [DomainRoute(domain: "example.org", host: "127.0.0.1")]
        settings.listeners[0].takesProxyHeader = true
        #expect(settings.validate().map(\.key) == ["listen"])
        settings.trustedProxies = try TrustedProxies(words: ["127.0.0.1"])
        #expect(settings.validate().isEmpty)
    }

    @Test("An address goes through a socket's form and back", arguments: ["192.0.2.1", "2001:db8:0:0:0:0:0:1"])
    func socketAddress(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(SocketAddress(address, port: 443).ip == address)
        #expect(SocketAddress(address, port: 443) == (try SocketAddress.resolve(host: text, port: 443)[0]))
    }
}
