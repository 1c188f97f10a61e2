/// Our headers, as others and our own decoder read them.
import Bytes
import ProxyWire
import Testing

@Suite struct ProxyHeaderWritingTests {
    static func mixed(_ source: IPAddress) -> ProxyHeader {
        ProxyHeader(
            endpoints: ProxyHeader.Endpoints(
                source: source, sourcePort: 1, destination: IPAddress(high: 0x2001_0DB8_0000_0000, low: 1),
                destinationPort: 443))
    }

    @Test("PP-011: version 1 is the line of the specification")
    func line() {
        let header = ProxyHeader(endpoints: ProxyHeaderDecoderTests.endpoints)
        #expect(String(decoding: header.bytes(.v1), as: UTF8.self) == "PROXY TCP4 192.0.2.7 10.0.0.1 4660 443\r\n")
    }

    @Test("PP-011: version 2 is the bytes of the specification")
    func binary() {
        let header = ProxyHeader(endpoints: ProxyHeaderDecoderTests.endpoints)
        #expect(header.bytes(.v2) == ProxyHeaderDecoderTests.binary(0x21, 0x11, ProxyHeaderDecoderTests.ipv4))
    }

    @Test("PP-011: what a header says is read back from it", arguments: [false, true])
    func roundTrip(hasTLS: Bool) throws {
        var header = ProxyHeader(endpoints: ProxyHeaderDecoderTests.endpoints)
        header.authority = Array("chat.example.org".utf8)
        header.uniqueID = Array("0123456789abcdef".utf8)
        if hasTLS {
            header.tls = ProxyHeader.TLSFacts(
                version: Array("TLSv1.3".utf8), cipher: Array("TLS_AES_256_GCM_SHA384".utf8))
        }
        #expect(try ProxyHeaderDecoderTests.header(header.bytes(.v2)) == header)
    }

    @Test("PP-011: who has no client speaks for itself")
    func local() {
        #expect(ProxyHeader().bytes(.v2) == ProxyHeaderDecoderTests.binary(0x20, 0, []))
        #expect(String(decoding: ProxyHeader().bytes(.v1), as: UTF8.self) == "PROXY UNKNOWN\r\n")
    }

    @Test("PP-012: a mixture of families leaves as IPv6, with the IPv4 address mapped")
    func mixture() throws {
        let header = Self.mixed(IPAddress(ipv4: 0xC000_0207))
        #expect(try ProxyHeaderDecoderTests.header(header.bytes(.v1)) == header)
        #expect(try ProxyHeaderDecoderTests.header(header.bytes(.v2)) == header)
        #expect(header.bytes(.v2)[13] == 0x21)
    }

    @Test("What is longer than the protocol allows is left out")
    func longValues() throws {
        var header = ProxyHeader(endpoints: ProxyHeaderDecoderTests.endpoints)
        header.uniqueID = Array(repeating: 0x61, count: 129)
        header.authority = Array(repeating: 0x61, count: 256)
        #expect(
            try ProxyHeaderDecoderTests.header(header.bytes(.v2))
                == ProxyHeader(endpoints: ProxyHeaderDecoderTests.endpoints))
    }
}
