import Bytes
import Testing
import WebSocketWire

@Suite struct UpgradeAnswerTests {
    private func response(subprotocol: StaticString?) throws -> String {
        var request = UpgradeRequest(isGET: true, minorVersion: 1, hasHost: true, hasBody: false)
        let fields = [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Protocol", "xmpp"),
            ("Sec-WebSocket-Extensions", "x-unknown"),
        ]
        for (name, value) in fields { request.add(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        let pool = BufferPool()
        var output = ByteBuffer()
        try request.accept(subprotocol: subprotocol).append(to: &output, pool: pool)
        return output.withSpan { String(reading: $0) }
    }

    @Test("WS-006, WX-001: 101 has Upgrade, Connection, the key and xmpp in canonical spelling, and no body")
    func wholeAnswer() throws {
        let response = try response(subprotocol: "xmpp")
        #expect(
            response == """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                Sec-WebSocket-Protocol: xmpp\r
                \r

                """)
    }

    @Test("WS-008: what was not chosen has no field")
    func noSubprotocol() throws {
        let response = try response(subprotocol: nil)
        #expect(!response.contains("Sec-WebSocket-Protocol"))
        #expect(!response.contains("Sec-WebSocket-Extensions"))
        #expect(response.hasSuffix("xOo=\r\n\r\n"))
    }
}
