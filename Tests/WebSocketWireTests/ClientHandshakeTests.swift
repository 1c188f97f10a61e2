import Bytes
import Testing
import WebSocketWire

@Suite struct ClientHandshakeTests {
    private let pool = BufferPool()
    private let nonce = Array("the sample nonce".utf8)

    /// Header fields of a head, as a parser of HTTP would give them.
    private func fields(_ head: [UInt8]) -> [(name: [UInt8], value: [UInt8])] {
        String(decoding: head, as: UTF8.self).split(separator: "\r\n").dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (Array(parts[0].utf8), Array(parts[1].utf8.drop { $0 == 0x20 }))
        }
    }

    private func request(_ handshake: ClientHandshake) -> [UInt8] {
        var output = ByteBuffer()
        handshake.appendRequest(
            target: Array("/xmpp-websocket".utf8), host: Array("chat.example:8080".utf8),
            origin: Array("http://chat.example:8080".utf8), to: &output, pool: pool)
        return output.withSpan { [UInt8](copying: $0) }
    }

    private func failure(
        status: Int = 101, _ fields: [(String, String)], subprotocol: StaticString? = "xmpp"
    ) -> HandshakeFailure? {
        var handshake = ClientHandshake(nonce: nonce, subprotocol: subprotocol)
        for (name, value) in fields { handshake.add(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        do {
            try handshake.check(status: status)
            return nil
        } catch {
            return error
        }
    }

    private let good = [
        ("Upgrade", "WebSocket"), ("Connection", "upgrade"), ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("Sec-WebSocket-Protocol", "xmpp"),
    ]

    private func good(without name: String, with others: [(String, String)] = []) -> [(String, String)] {
        good.filter { $0.0 != name } + others
    }

    @Test func composesAWholeRequest() {
        let head = String(decoding: request(ClientHandshake(nonce: nonce, subprotocol: "xmpp")), as: UTF8.self)
        #expect(head.hasPrefix("GET /xmpp-websocket HTTP/1.1\r\nHost: chat.example:8080\r\n"))
        #expect(head.contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
        #expect(head.contains("\r\nOrigin: http://chat.example:8080\r\n"))
        #expect(head.hasSuffix("\r\n\r\n"))
    }

    @Test func theServerRoleTakesTheRequestAndTheClientRoleItsAnswer() throws {
        var handshake = ClientHandshake(nonce: nonce, subprotocol: "xmpp")
        var server = UpgradeRequest(isGET: true, minorVersion: 1, hasHost: true, hasBody: false)
        for (name, value) in fields(request(handshake)) { server.add(name: name.span, value: value.span) }
        var output = ByteBuffer()
        try server.accept(subprotocol: "xmpp").append(to: &output, pool: pool)
        for (name, value) in fields(output.withSpan { [UInt8](copying: $0) }) {
            handshake.add(name: name.span, value: value.span)
        }
        try handshake.check(status: 101)
    }

    @Test func takesOnlyTheRightAnswer() {
        #expect(failure(good) == nil)
        #expect(failure(status: 200, good) == .refused(status: 200))
        #expect(failure(good(without: "Upgrade")) == .noUpgrade)
        #expect(failure(good(without: "Connection", with: [("Connection", "close")])) == .noUpgrade)
        #expect(failure(good(without: "Sec-WebSocket-Accept")) == .wrongAcceptKey)
        #expect(
            failure(good(without: "Sec-WebSocket-Accept", with: [("Sec-WebSocket-Accept", "x")])) == .wrongAcceptKey)
        #expect(failure(good + [("Sec-WebSocket-Accept", "x")]) == .wrongAcceptKey)
        #expect(failure([("Sec-WebSocket-Accept", "x")] + good) == .wrongAcceptKey)
        #expect(failure(good + [("Sec-WebSocket-Extensions", "permessage-deflate")]) == .wrongExtensions)
    }

    @Test func takesOnlyTheSubprotocolThatItOffered() {
        let name = "Sec-WebSocket-Protocol"
        #expect(failure(good(without: name)) == .wrongSubprotocol)
        #expect(failure(good(without: name, with: [(name, "XMPP")])) == .wrongSubprotocol)
        #expect(failure(good(without: name), subprotocol: nil) == nil)
        #expect(failure(good, subprotocol: nil) == .wrongSubprotocol)
    }
}
