/// Written forms of addresses and networks.
import Bytes
import Testing

@Suite struct IPAddressTests {
    static func address(_ text: String) -> IPAddress? { IPAddress(text) }

    @Test("Every form of RFC 4291 is read")
    func forms() {
        #expect(Self.address("192.0.2.1")?.ipv4 == 0xC000_0201)
        #expect(Self.address("::") == IPAddress(high: 0, low: 0))
        #expect(Self.address("::1") == IPAddress(high: 0, low: 1))
        #expect(Self.address("2001:DB8::") == IPAddress(high: 0x2001_0DB8_0000_0000, low: 0))
        #expect(Self.address("1:2:3:4:5:6:7:8") == IPAddress(high: 0x0001_0002_0003_0004, low: 0x0005_0006_0007_0008))
        #expect(Self.address("1::8") == IPAddress(high: 0x0001_0000_0000_0000, low: 8))
        #expect(Self.address("64:ff9b::192.0.2.33") == IPAddress(high: 0x0064_FF9B_0000_0000, low: 0xC000_0221))
        #expect(
            Self.address("1:2:3:4:5:6:1.2.3.4") == IPAddress(high: 0x0001_0002_0003_0004, low: 0x0005_0006_0102_0304))
    }

    @Test("A mapped address is the IPv4 address")
    func mapped() {
        #expect(Self.address("::ffff:192.0.2.1") == Self.address("192.0.2.1"))
        #expect(Self.address("::ffff:c000:201")?.description == "192.0.2.1")
    }

    @Test(
        "Anything else is no address",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", ".1.2.3", "1.2.3.4 ", "a.b.c.d", ":",
            ":::",
            "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::g", "1:", ":1", "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3", "::1%lo", "[::1]", "1::2:3:4:5:6:7:8", "1.2.3.4:5",
        ])
    func nonsense(_ text: String) {
        #expect(Self.address(text) == nil)
    }

    @Test("What is written is read back", arguments: ["192.0.2.1", "2001:db8:0:0:0:0:0:1", "0:0:0:0:0:0:0:1"])
    func description(_ text: String) {
        #expect(Self.address(text)?.description == text)
    }
}

@Suite struct IPNetworkTests {
    @Test(
        "FW-001: an address is in a network when its first bits are the network's",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3/8", "10.9.9.9", true),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", true), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("::ffff:10.0.0.0/104", "10.1.1.1", true),
            ("192.0.2.128/25", "192.0.2.127", false), ("::1", "::1", true),
        ])
    func contains(network: String, address: String, isInside: Bool) throws {
        let address = try #require(IPAddressTests.address(address))
        #expect(try #require(IPNetwork(network)).contains(address) == isInside)
    }

    @Test(
        "What is no network is refused", arguments: ["10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10/8", "::1/-1", "a"])
    func nonsense(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test("A network is written as it is read", arguments: ["10.0.0.0/8", "0.0.0.0/0", "2001:db8:0:0:0:0:0:0/32"])
    func description(_ text: String) {
        #expect(IPNetwork(text)?.description == text)
    }
}
