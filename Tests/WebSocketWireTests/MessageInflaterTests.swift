import Bytes
import Deflate
import Testing
import WebSocketWire
import WireTesting

@Suite struct MessageInflaterTests {
    private let pool = BufferPool()
    /// The samples of RFC 7692 section 7.2.3.
    private let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
    private let helloAgain: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00]
    private let lastBlock: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00]

    private func inflater(forgets: Bool = false) throws -> MessageInflater {
        try #require(MessageInflater(forgets: forgets))
    }

    private func text(
        _ message: [UInt8], by inflater: MessageInflater, limit: UInt32 = 1_000
    ) throws(FrameFailure) -> String {
        var output = ByteBuffer()
        // What stands in the buffer before is not part of the message.
        output.append([0xFF], pool: pool)
        try inflater.inflate(
            message.span, isText: true, limits: FrameLimits(maxMessage: limit), to: &output, pool: pool)
        return output.withSpan { String(reading: $0.extracting(1..<$0.count)) }
    }

    @Test(
        "PM-011: the samples of RFC 7692 decode, each alone",
        arguments: [
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
        ] as [[UInt8]])
    func samples(message: [UInt8]) throws {
        for forgets in [false, true] {
            let text = try text(message, by: try inflater(forgets: forgets))
            #expect(text == "Hello")
        }
    }

    @Test("PM-010, PM-011: fragments cut anywhere make one compressed message, and plain ones may follow")
    func fragments() throws {
        for cut in 0...hello.count {
            let bytes =
                RawFrame.masked(0x41, Array(hello[..<cut])) + RawFrame.masked(0x89)
                + RawFrame.masked(0x80, Array(hello[cut...])) + RawFrame.masked(0x81, "plain")
            var receiver = Receiver(FrameDecoder(role: .server, acceptsCompressed: true))
            receiver.receive(Array(bytes.dropLast(11)))
            #expect(receiver.message == hello)
            let text = try text(receiver.message, by: try inflater())
            #expect(text == "Hello")
            receiver.receive(Array(bytes.suffix(11)))
            #expect(receiver.events.last == .text("plain"))
        }
    }

    @Test("PM-007: a window that was not given up is kept for the next message")
    func contextTakeover() throws {
        let keeping = try inflater()
        for message in [hello, helloAgain, helloAgain] {
            let text = try text(message, by: keeping)
            #expect(text == "Hello")
        }
        let forgetting = try inflater(forgets: true)
        _ = try text(hello, by: forgetting)
        #expect(throws: FrameFailure.invalidCompression) { try text(helloAgain, by: forgetting) }
    }

    @Test("PM-012: after a last block come the next message and the same window")
    func lastBlocks() throws {
        let keeping = try inflater()
        for message in [lastBlock, helloAgain, lastBlock.dropLast() + hello, hello] {
            let text = try text(message, by: keeping)
            #expect(text == (message.count > 10 ? "HelloHello" : "Hello"))
        }
    }

    @Test("PM-014: a bomb closes with 1009, in bounded memory")
    func bomb() throws {
        let deflater = try #require(Deflater(.raw(windowBits: 15), level: 9))
        var bomb = ByteBuffer()
        let spaces = [UInt8](repeating: 0x20, count: 5_000_000)
        deflater.deflate(spaces.span, flush: .sync, to: &bomb, pool: pool)
        #expect(bomb.count < 6_000)
        var output = ByteBuffer()
        #expect(throws: FrameFailure.messageTooBig) {
            try bomb.withSpan { bytes throws(FrameFailure) in
                guard let inflater = MessageInflater(forgets: true) else { return }
                try inflater.inflate(bytes, isText: true, to: &output, pool: pool)
            }
        }
        #expect(output.storage < 1 << 20)
        #expect(FrameFailure.messageTooBig.closeCode == .messageTooBig)
    }

    @Test("PM-014: the limit is exact")
    func exactLimit() throws {
        let fits = try text(hello, by: try inflater(), limit: 5)
        #expect(fits == "Hello")
        #expect(throws: FrameFailure.messageTooBig) { try text(hello, by: try inflater(), limit: 4) }
        let two = try text(lastBlock.dropLast() + lastBlock, by: try inflater(), limit: 10)
        #expect(two == "HelloHello")
        #expect(throws: FrameFailure.messageTooBig) {
            try text(lastBlock.dropLast() + lastBlock, by: try inflater(), limit: 9)
        }
    }

    @Test(
        "PM-014: damaged data closes with 1007",
        arguments: [
            [0x07], [0xF2, 0x48, 0xCD], [0x00, 0x06, 0x00, 0xF9, 0xFF, 0x48], [0x01, 0x00, 0x00, 0xFF, 0xFF],
            [0xFF, 0xFF, 0xFF],
        ] as [[UInt8]])
    func damaged(message: [UInt8]) throws {
        let inflater = try inflater(forgets: true)
        #expect(throws: FrameFailure.invalidCompression) { try text(message, by: inflater) }
        #expect(FrameFailure.invalidCompression.closeCode == .invalidPayload)
        // One inflater serves many connections: the next one must not feel it.
        let after = try text(hello, by: inflater)
        #expect(after == "Hello")
    }

    @Test("PM-014: UTF-8 is checked after inflating, and only in text")
    func invalidUTF8() throws {
        let deflater = try #require(MessageDeflater(forgets: true))
        for bytes: [UInt8] in [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80]] {
            let message = deflater.withDeflated(bytes.span, pool: pool) { [UInt8](copying: $0) }
            #expect(throws: FrameFailure.invalidUTF8) { try text(message, by: try inflater()) }
            var output = ByteBuffer()
            try inflater().inflate(message.span, isText: false, to: &output, pool: pool)
            #expect(output.withSpan { [UInt8](copying: $0) } == bytes)
        }
    }

    @Test func randomBytesNeverTrap() throws {
        var random = SplitMix64(seed: 7_692)
        let inflater = try inflater(forgets: true)
        var failures = 0
        for _ in 0..<5_000 {
            let size = Int.random(in: 0...40, using: &random)
            let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            do throws(FrameFailure) { _ = try text(noise, by: inflater) } catch { failures += 1 }
        }
        #expect(failures > 4_000)
    }
}
