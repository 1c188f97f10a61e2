import EdgeServer
import Testing

@Suite struct ListenAddressTests {
    @Test(
        "An address is read as people write it",
        arguments: [
            ("127.0.0.1:5280", ListenAddress.tcp(host: "127.0.0.1", port: 5280)),
            ("localhost:0", .tcp(host: "localhost", port: 0)),
            ("[::1]:65535", .tcp(host: "::1", port: 65535)),
            ("*:80", .tcp(host: "0.0.0.0", port: 80)),
            ("unix:/run/edge.sock", .unix(path: "/run/edge.sock")),
        ])
    func reads(_ text: String, _ expected: ListenAddress) {
        #expect(ListenAddress(text) == expected)
    }

    @Test(
        "A mistyped address is none",
        arguments: [
            "", "5280", "127.0.0.1", "127.0.0.1:", ":5280", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80",
            "127.0.0.1:80x", "::1:5280", "[::1]", "[::1", "[]:80", "[localhost]:80", "a b:80", "http://a:80", "unix:",
            "unix:/", "unix:relative.sock", "127.0.0.1:5280:1",
        ])
    func refuses(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test("What is written is what is read", arguments: ["10.0.0.1:1", "[fe80::1]:5280", "unix:/run/e.sock"])
    func roundTrips(_ text: String) {
        #expect(ListenAddress(text)?.description == text)
    }

    @Test("A missing port is taken from the default where there is one")
    func defaultPort() {
        #expect(HostAndPort("xmpp.example.org", defaultPort: 5222)?.description == "xmpp.example.org:5222")
        #expect(HostAndPort("[::1]", defaultPort: 5222)?.description == "[::1]:5222")
        #expect(HostAndPort("xmpp.example.org:", defaultPort: 5222) == nil)
    }
}
