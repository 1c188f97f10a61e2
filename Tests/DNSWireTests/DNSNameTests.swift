/// What is a name, in letters and in messages.
import DNSWire
import Testing

@Suite struct DNSNameTests {
    @Test("A name is the same with any case and with or without its last dot")
    func forms() {
        #expect(DNSName("Example.ORG") == DNSName("example.org."))
        #expect(DNSName("example.org")?.wire == [7] + Array("example".utf8) + [3] + Array("org".utf8) + [0])
        #expect(DNSName("_xmpp-client._tcp.example.org")?.host == "_xmpp-client._tcp.example.org")
    }

    @Test(
        "What cannot be asked for is no name",
        arguments: [
            "", ".", "a..b", ".a", "a b", "caf\u{E9}.org", String(repeating: "a", count: 64) + ".org",
            Array(repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."),
        ])
    func noNames(_ text: String) {
        #expect(DNSName(text) == nil)
    }

    @Test("The longest label and the longest name are names")
    func longest() {
        #expect(DNSName(String(repeating: "a", count: 63)) != nil)
        let label = String(repeating: "a", count: 63)
        let name = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
        #expect(DNSName(name)?.wire.count == DNSName.maxWire)
        #expect(DNSName(name + "a") == nil)
    }

    @Test("The root and names with other bytes are no hosts")
    func hosts() {
        #expect(DNSName.root.host == nil && DNSName.root.isRoot)
        #expect(DNSName("a/b.org")?.host == nil)
        #expect(DNSName("a.b-c_1.org")?.host == "a.b-c_1.org")
    }
}
