import EdgeServer
import Reactor
import Testing

@Suite struct ReferralTests {
    private static func candidate(
        _ host: String, _ security: TransportSecurity = .plain
    ) throws -> Candidate {
        let address = try #require(try SocketAddress.resolve(host: host, port: 5222).first)
        return Candidate(address: address, security: security, server: "\(host):5222")
    }

    @Test(
        "XS-021: a host goes without a port, and nothing that is no host leads anywhere",
        arguments: [
            ("other.example", "other.example:5222"), ("other.example:1", "other.example:1"), ("[::1]:2", "[::1]:2"),
            ("192.0.2.1", "192.0.2.1:5222"), ("", nil), ("a b", nil), ("a:0", nil), ("a:70000", nil), ("::1", nil),
            ("http://a/", nil), ("[a:b.example]", nil), ("[::1", nil), ("[::g]:1", nil),
            ("[2001:db8::7]:5", "[2001:db8::7]:5"),
        ] as [(String, String?)])
    func forms(_ text: String, _ server: String?) throws {
        let referral = Referral(text, from: try Self.candidate("127.0.0.1"), servers: [])
        #expect(referral?.name.server == server)
    }

    @Test(
        "XS-021: what was protected stays so, and what was not is protected off this machine",
        arguments: [
            (.plain, .byAddress), (.startTLS, .startTLS), (.directTLS, .directTLS),
        ] as [(TransportSecurity, TransportSecurity)])
    func security(_ here: TransportSecurity, _ there: TransportSecurity) throws {
        let referral = try #require(Referral("a:1", from: try Self.candidate("192.0.2.1", here), servers: []))
        #expect(referral.name == .host("a", port: 1, there))
    }

    @Test("XS-021: a server that is elsewhere has no say about connections on this machine")
    func thisMachine() throws {
        let found = try ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "192.0.2.2", "2001:db8::1"].map {
            try Self.candidate($0, .startTLS)
        }
        let far = try #require(Referral("a", from: try Self.candidate("192.0.2.1", .startTLS), servers: []))
        #expect(far.candidates(found).map(\.server) == ["192.0.2.2:5222", "2001:db8::1:5222"])
        let near = try #require(Referral("a", from: try Self.candidate("127.0.0.1"), servers: []))
        #expect(near.candidates(found).count == 5, "all but those that stand for none")
    }

    @Test("XS-021: a server that the configuration names is used as it says there")
    func known() throws {
        var entry = DomainRoute(domain: "example.org", host: "Inner.example", port: 5223, security: .directTLS)
        let isWord = entry.take("proxy-v2")
        #expect(isWord)
        let server = Routes.Route.Server(entry)
        let referral = try #require(
            Referral("inner.EXAMPLE:5223", from: try Self.candidate("192.0.2.1"), servers: [server]))
        #expect(referral.name == .host("Inner.example", port: 5223, .directTLS))
        #expect(referral.candidates([try Self.candidate("127.0.0.1")]).map { $0.proxy == entry.proxy } == [true])
    }

    @Test("XS-021: from TLS nobody is sent into the clear, not even to a server where the configuration allows that")
    func knownInClear() throws {
        let entry = DomainRoute(domain: "example.org", host: "inner.example", security: .plain)
        let servers = [Routes.Route.Server(entry)]
        let found = try [Self.candidate("192.0.2.7"), Self.candidate("127.0.0.1")]
        func led(from security: TransportSecurity) throws -> [String] {
            let source = try Self.candidate("192.0.2.1", security)
            return Referral("inner.example", from: source, servers: servers)?.candidates(found).map(\.server) ?? []
        }
        #expect(try led(from: .startTLS) == ["127.0.0.1:5222"])
        #expect(try led(from: .plain) == ["192.0.2.7:5222", "127.0.0.1:5222"])
    }
}
