/// Who made a request, by what trusted proxies say of it.
import Bytes
import HTTPWire
import Testing

@Suite struct ForwardedOriginTests {
    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    /// The proxies are 10.0.0.0/8; the connection comes from 10.0.0.1.
    static func origin(
        _ fields: String..., field: ForwardedOrigin.Field = .xForwarded
    ) throws -> ForwardedOrigin {
        let lines = fields.map { $0 + "\r\n" }.joined()
        let head = try requestHead("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
        let network = try #require(IPNetwork("10.0.0.0/8"))
        return ForwardedOrigin(head, field: field, peer: try address("10.0.0.1")) { network.contains($0) }
    }

    @Test(
        "FW-002: the first address from the right that is no proxy is the client",
        arguments: [
            ("1.2.3.4, 9.9.9.9", "9.9.9.9"), ("1.2.3.4, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
            ("9.9.9.9,10.0.0.3 ,\t10.0.0.2", "9.9.9.9"), ("10.0.0.5, 10.0.0.2", "10.0.0.5"), ("9.9.9.9", "9.9.9.9"),
            ("1.2.3.4, unknown, 10.0.0.2", "10.0.0.2"), ("1.2.3.4, nonsense, 10.0.0.2", "10.0.0.2"),
            ("1.2.3.4, , 9.9.9.9", "9.9.9.9"), ("2001:db8::1", "2001:db8::1"), ("[2001:db8::1]:80", "2001:db8::1"),
            ("9.9.9.9:4711", "9.9.9.9"), ("", "10.0.0.1"), ("nonsense", "10.0.0.1"), ("9.9.9.9:99999", "10.0.0.1"),
        ])
    func walk(value: String, client: String) throws {
        #expect(try Self.origin("X-Forwarded-For: \(value)").address == Self.address(client))
    }

    @Test("FW-003: several lines are one list")
    func lines() throws {
        let client = try Self.address("9.9.9.9")
        #expect(
            try Self.origin("X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 9.9.9.9", "X-Forwarded-For: 10.0.0.2").address
                == client)
        #expect(
            try Self.origin("Forwarded: for=1.2.3.4", "Forwarded: for=9.9.9.9", field: .forwarded).address == client)
    }

    @Test(
        "FW-004: all forms of Forwarded are read",
        arguments: [
            ("for=9.9.9.9", "9.9.9.9", 0), ("FOR=\"9.9.9.9:4711\"; Proto=https;by=_x", "9.9.9.9", 4_711),
            ("for=\"[2001:db8::17]:4711\"", "2001:db8::17", 4_711), ("for=\"[2001:db8::17]\"", "2001:db8::17", 0),
            ("for=\"[2001:db8::17]:_port\"", "2001:db8::17", 0), ("proto=http;for=9.9.9.9;", "9.9.9.9", 0),
            ("for=\"1.2.3.4\", for=9.9.9.9 , for=10.0.0.2", "9.9.9.9", 0), ("for=\"9.9.9.\\9\"", "9.9.9.9", 0),
            ("for=1.2.3.4;by=\"a,b;c\", for=\"9.9.9.9\";by=\"a,b\"", "9.9.9.9", 0),
        ])
    func forms(value: String, client: String, port: UInt16) throws {
        let origin = try Self.origin("Forwarded: \(value)", field: .forwarded)
        #expect(origin.address == (try Self.address(client)))
        #expect(origin.port == port)
        #expect(!origin.isHidden)
    }

    @Test(
        "FW-004: a hidden or broken element ends the walk at the hop before it",
        arguments: [
            "for=unknown", "for=_hidden", "proto=https", "for=2001:db8::1", "for=\"2001:db8::1\"", "for=", "for",
            "for=9.9.9.9;for=8.8.8.8", "for=\"9.9.9.9", "for=9.9.9.9x", "=9.9.9.9", "for =9.9.9.9", "for=\"\"",
            "for=9.9.9.9;host=\"a b\"", "for=\"[9.9.9.9]\"", "for=\"9.9.9.9:123456\"", "for=\"9.9.9.9\"x", "\\\"",
            "\"\\",
        ])
    func broken(_ value: String) throws {
        let origin = try Self.origin(
            "Forwarded: for=1.2.3.4", "Forwarded: \(value)", "Forwarded: for=10.0.0.2", field: .forwarded)
        #expect(origin.address == (try Self.address("10.0.0.2")))
        #expect(origin.isHidden)
    }

    @Test("FW-005: the field that is not configured does not count")
    func oneField() throws {
        let fields = ("X-Forwarded-For: 9.9.9.9", "Forwarded: for=8.8.8.8;proto=https")
        let one = try Self.origin(fields.0, fields.1)
        #expect(one.address == (try Self.address("9.9.9.9")))
        #expect(one.isSecure == nil)
        #expect(try Self.origin(fields.0, fields.1, field: .forwarded).address == Self.address("8.8.8.8"))
    }

    @Test("FW-006: scheme and host come from the hop that saw the client")
    func schemeAndHost() throws {
        let origin = try Self.origin(
            "Forwarded: for=1.1.1.1;proto=http;host=evil, for=9.9.9.9;proto=https;host=\"chat.example.org:8443\", "
                + "for=10.0.0.2;proto=http;host=inner", field: .forwarded)
        #expect(origin.isSecure == true)
        #expect(origin.host == Array("chat.example.org:8443".utf8))
        let custom = try Self.origin(
            "X-Forwarded-For: 9.9.9.9, 10.0.0.2", "X-Forwarded-Proto: HTTPS", "X-Forwarded-Host: chat.example.org")
        #expect(custom.isSecure == true)
        #expect(custom.host == Array("chat.example.org".utf8))
        let appended = try Self.origin(
            "X-Forwarded-For: 1.1.1.1, 9.9.9.9, 10.0.0.2", "X-Forwarded-Proto: https, http, https")
        #expect(appended.isSecure == false)
        #expect(try Self.origin("X-Forwarded-Proto: https").isSecure == true)
        #expect(try Self.origin("X-Forwarded-For: 9.9.9.9").isSecure == nil)
    }
}
