/// What counts as a PROXY header, and what closes the connection.
import Bytes
import ProxyWire
import Testing
import WireTesting

@Suite struct ProxyHeaderDecoderTests {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    static func read(_ bytes: [UInt8]) -> Result<ProxyHeaderDecoder.Step, ProxyFailure> {
        Result { () throws(ProxyFailure) in try ProxyHeaderDecoder.next(bytes.span) }
    }

    static func read(_ text: String) -> Result<ProxyHeaderDecoder.Step, ProxyFailure> { read(Array(text.utf8)) }

    static func header(_ bytes: [UInt8]) throws -> ProxyHeader? {
        guard case .header(let header, bytes.count) = try read(bytes).get() else { return nil }
        return header
    }

    static func binary(_ command: UInt8, _ family: UInt8, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? body.count
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 0xFF)] + body
    }

    static let ipv4: [UInt8] = [192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0x01, 0xBB]
    static let endpoints = ProxyHeader.Endpoints(
        source: IPAddress(ipv4: 0xC000_0207), sourcePort: 0x1234, destination: IPAddress(ipv4: 0x0A00_0001),
        destinationPort: 443)

    @Test("PP-004: a line of version 1 gives both ends, and what follows it is left alone")
    func line() {
        let line = "PROXY TCP4 192.0.2.7 10.0.0.1 4660 443\r\n"
        #expect(
            Self.read(line + "GET / HTTP/1.1")
                == .success(.header(ProxyHeader(endpoints: Self.endpoints), used: line.utf8.count)))
    }

    @Test("PP-004: addresses of version 1 may be IPv6")
    func lineOfIPv6() throws {
        let header = try Self.header(Array("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n".utf8))
        #expect(header?.endpoints?.source == IPAddress(high: 0x2001_0DB8_0000_0000, low: 1))
        #expect(header?.endpoints?.destinationPort == 65_535)
    }

    @Test(
        "PP-004: a line that is not exactly as the specification has it is refused",
        arguments: [
            "TCP4 01.2.3.4 1.2.3.4 1 2\r\n", "TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "TCP4 1.2.3.4 1.2.3.4 1 2\n",
            "TCP4 1.2.3.4 ::1 1 2\r\n", "TCP6 1.2.3.4 1.2.3.4 1 2\r\n", "TCP4  1.2.3.4 1.2.3.4 1 2\r\n",
            "TCP4 1.2.3.4 1.2.3.4 01 2\r\n", "TCP4 1.2.3.4 1.2.3.4 1 2 \r\n", "TCP4 1.2.3.4 1.2.3.4 1\r\n",
            "TCP5 1.2.3.4 1.2.3.4 1 2\r\n", "TCP4 1.2.3.4 1.2.3.4 -1 2\r\n", "TCP4 1.2.3.4 1.2.3.256 1 2\r\n", "\r\n",
            "TCP6 ::1%lo ::1 1 2\r\n", "tcp4 1.2.3.4 1.2.3.4 1 2\r\n",
        ])
    func badLines(_ rest: String) {
        #expect(Self.read("PROXY " + rest) == .failure(.line))
    }

    @Test("PP-004: 107 bytes without a line end are too many")
    func longLine() {
        let start = "PROXY UNKNOWN " + String(repeating: "x", count: 91)
        #expect(Self.read(start) == .success(.needMore))
        #expect(Self.read(start + "\r\n") == .success(.header(ProxyHeader(), used: 107)))
        #expect(Self.read(start + "xx") == .failure(.lineTooLong))
    }

    @Test("PP-005: UNKNOWN is taken, whatever stands behind it")
    func unknown() throws {
        #expect(try Self.header(Array("PROXY UNKNOWN\r\n".utf8)) == ProxyHeader())
        #expect(try Self.header(Array("PROXY UNKNOWN x y\r\n".utf8)) == ProxyHeader())
    }

    @Test(
        "PP-001: what is no PROXY header is refused at its first wrong byte", arguments: ["G", "PROXY_", "\r\n\r\nG"])
    func otherProtocols(_ text: String) {
        #expect(Self.read(text) == .failure(.signature))
    }

    @Test("PP-006: only version 2 with LOCAL or PROXY is taken", arguments: [0x11, 0x31, 0x22, 0x2F] as [UInt8])
    func commands(_ byte: UInt8) {
        #expect(Self.read(Self.binary(byte, 0x11, Self.ipv4)) == .failure(.unknownValue))
        #expect(Self.read(Self.signature + [byte]) == .failure(.unknownValue))
    }

    @Test("PP-007: LOCAL is taken with and without an address, which does not count")
    func local() throws {
        #expect(try Self.header(Self.binary(0x20, 0, [])) == ProxyHeader())
        #expect(try Self.header(Self.binary(0x20, 0x11, Self.ipv4)) == ProxyHeader())
    }

    @Test("PP-008: families and protocols that do not exist are refused", arguments: [0x41, 0x13, 0xF0] as [UInt8])
    func families(_ byte: UInt8) {
        #expect(Self.read(Self.binary(0x21, byte, Self.ipv4)) == .failure(.unknownValue))
    }

    @Test("PP-008: a header shorter than its addresses is refused")
    func shortAddresses() {
        #expect(Self.read(Self.binary(0x21, 0x11, Array(Self.ipv4.dropLast()))) == .failure(.tooShort))
        #expect(Self.read(Self.binary(0x21, 0x21, Self.ipv4)) == .failure(.tooShort))
        #expect(Self.read(Self.binary(0x21, 0x31, Self.ipv4)) == .failure(.tooShort))
    }

    @Test("PP-008: without a TCP address the socket's counts")
    func noAddress() throws {
        #expect(try Self.header(Self.binary(0x21, 0, [])) == ProxyHeader())
        #expect(try Self.header(Self.binary(0x21, 0x12, Self.ipv4)) == ProxyHeader())
        #expect(try Self.header(Self.binary(0x21, 0x31, Array(repeating: 1, count: 216))) == ProxyHeader())
    }

    @Test("PP-009: TLVs tell name, id and TLS; others are passed over")
    func attributes() throws {
        let tls: [UInt8] = [0x20, 0, 15, 1, 0, 0, 0, 1, 0x21, 0, 7] + Array("TLSv1.3".utf8)
        let body = Self.ipv4 + [0x02, 0, 1, 0x61] + tls + [0xE0, 0, 0] + [0x05, 0, 2, 1, 2]
        let header = try #require(try Self.header(Self.binary(0x21, 0x11, body)))
        #expect(header.authority == [0x61])
        #expect(header.uniqueID == [1, 2])
        #expect(header.tls == ProxyHeader.TLSFacts(version: Array("TLSv1.3".utf8)))
    }

    @Test("PP-009: a client without TLS is told apart from one with it")
    func plainClient() throws {
        let header = try Self.header(Self.binary(0x21, 0x11, Self.ipv4 + [0x20, 0, 5, 0, 0, 0, 0, 0]))
        #expect(header?.tls == nil)
    }

    @Test(
        "PP-009: a TLV that reaches past the end is refused",
        arguments: [[0x02], [0x02, 0], [0x02, 0, 1], [0x02, 0xFF, 0xFF, 1], [0x20, 0, 4, 1, 0, 0, 0]] as [[UInt8]])
    func badAttributes(_ attribute: [UInt8]) {
        #expect(Self.read(Self.binary(0x21, 0x11, Self.ipv4 + attribute)) == .failure(.attribute))
    }

    @Test("PP-009: a header longer than the limit is refused before it has come")
    func longHeader() {
        #expect(Self.read(Self.binary(0x21, 0x11, [], length: 65_535)) == .failure(.tooLong))
        #expect(Self.read(Self.binary(0x21, 0x11, [], length: 4_096)) == .success(.needMore))
    }

    @Test("PP-009: the checksum is verified where there is one")
    func checksum() throws {
        // By the known CRC32c of this header.
        var bytes = Self.binary(0x21, 0x11, Self.ipv4 + [0x03, 0, 4, 0, 0, 0, 0])
        let sum = Self.checksum(bytes)
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [24, 16, 8, 0].map { UInt8(sum >> $0 & 0xFF) })
        #expect(try Self.header(bytes)?.endpoints == Self.endpoints)
        bytes[17] ^= 1
        #expect(Self.read(bytes) == .failure(.checksum))
    }

    /// By table, as RFC 3720 appendix B has it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let table = (UInt32(0)..<256).map { start in
            (0..<8).reduce(start) { sum, _ in sum & 1 != 0 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
        }
        return ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }

    @Test("The checksum is the one of RFC 3720")
    func knownChecksum() {
        #expect(Self.checksum(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test("PP-003: a header in pieces is waited for, at whatever byte it is cut")
    func pieces() throws {
        for header in [
            Array("PROXY TCP4 192.0.2.7 10.0.0.1 4660 443\r\n".utf8), Self.binary(0x21, 0x11, Self.ipv4),
            Self.binary(0x21, 0x11, Self.ipv4 + [0x02, 0, 1, 0x61]),
        ] {
            for cut in header.indices { #expect(Self.read(Array(header[..<cut])) == .success(.needMore), "\(cut)") }
            #expect(try Self.header(header)?.endpoints == Self.endpoints)
        }
    }
}
