import Bytes
import Testing
import WebSocketWire
import WireTesting

@Suite struct ClientFrameEncoderTests {
    private let pool = BufferPool()

    @Test func masksTheExampleOfRFC6455Section5_7() {
        var output = ByteBuffer()
        ClientFrameEncoder.append(
            .text, payload: Array("Hello".utf8).span, key: 0x3D21_FA37, to: &output, pool: pool)
        let bytes = output.withSpan { [UInt8](copying: $0) }
        #expect(bytes == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
    }

    @Test func whatAClientSendsTheServerReads() {
        var random = SplitMix64(seed: 6_455)
        var queue = ByteBuffer()
        var sent: [Receiver.Event] = []
        for size in [0, 1, 3, 8, 125, 126, 300, 65_536] {
            let text = String(
                (0..<size).map { _ in Character(Unicode.Scalar(UInt8.random(in: 32...126, using: &random))) })
            let key = UInt32.random(in: 0...UInt32.max, using: &random)
            let head = Array(text.utf8.prefix(size / 3))
            let tail = Array(text.utf8.dropFirst(size / 3))
            ClientFrameEncoder.append(.text, payload: head.span, key: key, isFinal: false, to: &queue, pool: pool)
            ClientFrameEncoder.append(.ping, payload: [9].span, key: ~key, to: &queue, pool: pool)
            ClientFrameEncoder.append(.continuation, payload: tail.span, key: key &+ 1, to: &queue, pool: pool)
            sent += [.ping([9]), .text(text)]
        }
        ClientFrameEncoder.appendClose(.normal, reason: Array("done".utf8).span, key: 1, to: &queue, pool: pool)
        sent.append(.close(.normal, "done"))
        let wire = queue.withSpan { [UInt8](copying: $0) }
        for pieces in Cuts.random(of: wire, count: 20, seed: 1) { #expect(Receiver.events(pieces) == sent) }
    }

    @Test func whatTheServerSendsAClientReads() {
        var queue = ByteBuffer()
        FrameEncoder.append(.text, payload: Array("<open/>".utf8).span, to: &queue, pool: pool)
        FrameEncoder.append(.pong, payload: [1, 2].span, to: &queue, pool: pool)
        FrameEncoder.appendClose(.goingAway, reason: "restart", to: &queue, pool: pool)
        let wire = queue.withSpan { [UInt8](copying: $0) }
        let expected: [Receiver.Event] = [.text("<open/>"), .pong([1, 2]), .close(.goingAway, "restart")]
        for pieces in Cuts.all(of: wire) {
            #expect(Receiver.events(pieces, FrameDecoder(role: .client)) == expected)
        }
    }

    @Test("WS-024: a client's Close never carries a forbidden code either")
    func forbiddenCode() {
        var output = ByteBuffer()
        ClientFrameEncoder.appendClose(.noStatus, reason: Array("x".utf8).span, key: 0, to: &output, pool: pool)
        let bytes = output.withSpan { [UInt8](copying: $0) }
        #expect(bytes == [0x88, 0x80, 0, 0, 0, 0])
    }
}
