import EdgeServer
import Testing

@Suite struct OriginPolicyTests {
    private static let sameHostCases: [(String?, String?, Bool)] = [
        (nil, "chat.example.org", true),
        ("https://chat.example.org", "chat.example.org", true),
        ("https://CHAT.example.org", "Chat.Example.org:443", true),
        ("http://localhost:5280", "localhost:5280", true),
        ("http://[::1]:5280", "[::1]:5280", true),
        ("http://localhost:8080", "localhost:5280", false),
        ("https://evil.example", "chat.example.org", false),
        ("https://example.org", "chat.example.org", false),
        ("https://chat.example.org.evil.example", "chat.example.org", false),
        ("https://chat.example.org", nil, false),
        ("null", "chat.example.org", false),
        ("", "", false),
        ("https://", "", false),
        ("https://chat.example.org, https://evil.example", "chat.example.org", false),
        ("https://evil.example@chat.example.org", "chat.example.org", false),
    ]

    @Test(
        "WX-026: by default pages of the same host may connect, and programs that send no Origin",
        arguments: sameHostCases)
    func sameHost(_ origin: String?, _ host: String?, _ allowed: Bool) {
        #expect(OriginPolicy().allows(origin: origin, host: host, isSecure: false) == allowed)
    }

    @Test(
        "WX-026, FW-010: a page of the same host that came without TLS opens nothing where TLS is spoken",
        arguments: [
            ("https://a.example", true, true), ("https://a.example", false, true), ("http://a.example", false, true),
            ("http://a.example", true, false), ("ftp://a.example", false, false), ("app://a.example", true, false),
        ])
    func scheme(_ origin: String, _ isSecure: Bool, _ allowed: Bool) throws {
        #expect(OriginPolicy().allows(origin: origin, host: "a.example", isSecure: isSecure) == allowed)
        let named = try OriginPolicy(words: [origin])
        #expect(named.allows(origin: origin, host: "a.example", isSecure: isSecure))
    }

    @Test("WX-026: a list admits what it names and nothing else")
    func list() throws {
        let policy = try OriginPolicy(words: ["https://Chat.example.org", "http://dev.example:8080"])
        #expect(policy.allows(origin: "https://chat.example.org", host: "edge.example", isSecure: false))
        #expect(policy.allows(origin: "https://chat.example.org:443", host: "edge.example", isSecure: false))
        #expect(policy.allows(origin: "http://dev.example:8080", host: "edge.example", isSecure: false))
        #expect(!policy.allows(origin: "http://chat.example.org", host: "edge.example", isSecure: false))
        #expect(!policy.allows(origin: "https://edge.example", host: "edge.example", isSecure: false))
        #expect(!policy.allows(origin: nil, host: "edge.example", isSecure: false))
    }

    @Test("WX-026: a star admits every page")
    func any() throws {
        let policy = try OriginPolicy(words: ["*"])
        #expect(policy.allows(origin: "null", host: nil, isSecure: false))
        #expect(policy.allows(origin: nil, host: nil, isSecure: false))
    }

    @Test(
        "A word that is no origin is named", arguments: ["chat.example.org", "https://", "https://a/path", "samehost"])
    func unknownWord(_ word: String) {
        #expect {
            try OriginPolicy(words: ["same-host", word])
        } throws: {
            ($0 as? OriginPolicy.UnknownWord)?.word == word
        }
    }

    @Test(
        "A policy header can only be given plain origins",
        arguments: [
            ("http://Up.example:5280", "http://up.example:5280"), ("wss://[::1]:1", "wss://[::1]:1"),
            ("http://a;b", nil), ("http://a'b", nil), ("http://*", nil), ("http://a/b", nil), ("data://a", nil),
            ("a.example", nil),
        ])
    func sourceExpression(_ word: String, _ text: String?) {
        #expect(OriginPolicy.sourceExpression(word) == text)
    }

    @Test("The words give the policy back")
    func words() throws {
        let policy = try OriginPolicy(words: ["no-origin", "https://a.example"])
        #expect(try OriginPolicy(words: policy.words) == policy)
        #expect(OriginPolicy().words == ["same-host", "no-origin"])
    }
}
