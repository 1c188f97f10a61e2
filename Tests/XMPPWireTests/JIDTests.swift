import Testing
import XMPPWire

@Suite struct JIDTests {
    @Test(
        "parts are found where RFC 7622 puts them",
        arguments: [
            ("edge.test", nil, "edge.test", nil), ("a@edge.test", "a", "edge.test", nil),
            ("a@edge.test/one", "a", "edge.test", "one"), ("edge.test/a@b/c", nil, "edge.test", "a@b/c"),
            ("a@edge.test/one two", "a", "edge.test", "one two"), ("ü@exämple.org", "ü", "exämple.org", nil),
            ("A@Edge.TEST.", "A", "edge.test", nil), ("a@[::1]", "a", "[::1]", nil),
            ("a@127.0.0.1", "a", "127.0.0.1", nil),
            ("a@localhost/😀", "a", "localhost", "😀"),
        ] as [(String, String?, String, String?)])
    func parts(text: String, local: String?, domain: String, resource: String?) throws {
        let jid = try #require(JID(text))
        #expect(jid.local == local)
        #expect(jid.domain == domain)
        #expect(jid.resource == resource)
        #expect(jid.bare == (local.map { "\($0)@" } ?? "") + domain)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "@", "@edge.test", "a@", "a@/b", "edge.test/", "a@b@c", "a b@edge.test", "a@edge test",
            "a@edge.test/\u{0}",
            "a\"@b", "a&@b", "a'@b", "a:@b", "a<@b", "a>@b", "a@b..c", "a@.b", "a@b<", "a@b&c", "a@b:5222", "a@[::1",
            "a@[x]",
            "a@b\n", "a\u{2028}@b", "a@b\u{A0}c", ".", "a@b/\u{FEFF}",
        ])
    func refused(text: String) {
        #expect(JID(text) == nil)
    }

    @Test("parts have at most 1023 bytes")
    func sizes() {
        let longest = String(repeating: "x", count: 1_023)
        #expect(JID("\(longest)@\(longest)/\(longest)") != nil)
        #expect(JID("\(longest)x@a") == nil)
        #expect(JID("\(longest)x") == nil)
        #expect(JID("a/\(longest)x") == nil)
    }

    @Test("domains compare without case and without the final dot")
    func domains() {
        #expect(JID("a@Edge.Test") == JID("a@edge.test."))
        #expect(JID.domain("EDGE.test.") == "edge.test")
        #expect(JID("A@edge.test") != JID("a@edge.test"))
    }
}
