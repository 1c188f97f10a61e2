import TLSWire
import Testing

@Suite struct DomainMatchTests {
    private func dns(_ name: String, _ domain: String) -> Bool {
        DomainMatch(domain).accepts([.dns(Array(name.utf8))])
    }

    @Test("UP-011: each kind of name is compared in its own way")
    func kinds() {
        let match = DomainMatch("Example.ORG")
        #expect(match.accepts([.dns(Array("EXAMPLE.org".utf8))]))
        #expect(match.accepts([.service(Array("_xmpp-client.example.org".utf8))]))
        #expect(match.accepts([.xmpp(Array("example.org".utf8))]))
        #expect(!match.accepts([.service(Array("_xmpp-server.example.org".utf8))]))
        #expect(!match.accepts([.service(Array("example.org".utf8))]))
        #expect(!match.accepts([.xmpp(Array("_xmpp-client.example.org".utf8)), .dns(Array("xmpp.example.org".utf8))]))
        #expect(!match.accepts([]))
        #expect(!match.acceptsHost([.xmpp(Array("example.org".utf8))]))
    }

    @Test(
        "UP-012: a wildcard is the whole left-most label and stands for one",
        arguments: [
            ("*.example.com", "a.example.com", true), ("*.EXAMPLE.com", "A.example.COM", true),
            ("*.example.com", "a.b.example.com", false), ("*.example.com", "example.com", false),
            ("a*.example.com", "ab.example.com", false), ("*a.example.com", "ba.example.com", false),
            ("a.*.com", "a.example.com", false), ("*", "example", false), ("*.", "a.", false),
            ("*.com", "example.com", false),
            ("*.*.com", "a.example.com", false), ("*.example.com", ".example.com", false),
        ])
    func wildcards(name: String, domain: String, isTaken: Bool) {
        #expect(dns(name, domain) == isTaken)
    }

    @Test func aZeroInsideANameCutsNothing() {
        #expect(!dns("example.org\0.evil.test", "example.org"))
        #expect(!dns("example.org", "example.org\0.evil.test"))
        #expect(!dns("", ""))
        #expect(dns("example.org", "example.org."))
    }

    @Test(
        "UP-012: domains are compared as DNS has them",
        arguments: [
            ("b\u{FC}cher.example", "xn--bcher-kva.example"), ("m\u{FC}nchen.de", "xn--mnchen-3ya.de"),
            ("\u{65E5}\u{672C}\u{8A9E}.jp", "xn--wgv71a119e.jp"), ("\u{1F600}.test", "xn--e28h.test"),
            ("fa\u{DF}.de", "xn--fa-hia.de"), ("example.org", "example.org"),
        ])
    func punycode(written: String, ascii: String) {
        #expect(Punycode.domain(written) == ascii)
        #expect(dns(ascii, written))
    }
}
