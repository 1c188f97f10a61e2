import Bytes
import Deflate
import Testing
import WebSocketWire
import WireTesting

@Suite struct MessageDeflaterTests {
    private let pool = BufferPool()

    private func deflated(_ text: String, by deflater: MessageDeflater) -> [UInt8] {
        deflater.withDeflated(Array(text.utf8).span, pool: pool) { [UInt8](copying: $0) }
    }

    private func inflated(_ message: [UInt8], by inflater: MessageInflater) throws -> String {
        var output = ByteBuffer()
        try inflater.inflate(
            message.span, isText: true, limits: FrameLimits(maxMessage: 1 << 24), to: &output, pool: pool)
        return output.withSpan { String(reading: $0) }
    }

    @Test("PM-011: the tail is left out, as in the sample of RFC 7692")
    func sample() throws {
        let deflater = try #require(MessageDeflater(forgets: false))
        #expect(deflated("Hello", by: deflater) == [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])
        #expect(deflated("Hello", by: deflater) == [0xF2, 0x00, 0x11, 0x00, 0x00])
    }

    @Test("PM-006: where windows are forgotten each message decodes alone")
    func forgets() throws {
        let deflater = try #require(MessageDeflater(forgets: true))
        for _ in 0..<3 {
            let message = deflated("Hello", by: deflater)
            let text = try inflated(message, by: try #require(MessageInflater(forgets: false)))
            #expect(text == "Hello")
        }
    }

    @Test("PM-003: the agreed window is obeyed", arguments: [9, 10, 14])
    func window(bits: Int) throws {
        var random = SplitMix64(seed: 3)
        let letters = (0..<20_000).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
        let text = String(decoding: letters + letters, as: UTF8.self)
        let deflater = try #require(MessageDeflater(forgets: true, windowBits: bits))
        let message = deflated(text, by: deflater)
        let narrow = try #require(Inflater(.raw(windowBits: bits)))
        var output = ByteBuffer()
        // In pieces, because zlib reads back into output that is still there without using its window.
        for start in stride(from: 0, to: message.count, by: 100) {
            let piece = message.span.extracting(start..<min(start + 100, message.count))
            _ = try narrow.inflate(piece, limit: 100_000, to: &output, pool: pool)
        }
        #expect(output.withSpan { String(reading: $0) } == text)
    }

    @Test("PM-007: a kept window of every size carries from one message to the next", arguments: 9...15)
    func keptWindow(bits: Int) throws {
        let deflater = try #require(MessageDeflater(forgets: false, windowBits: bits))
        let inflater = try #require(MessageInflater(forgets: false, windowBits: bits))
        let text = "<message to='romeo@montague.example'><body>Wherefore art thou?</body></message>"
        var sizes: [Int] = []
        for _ in 0..<50 {
            let message = deflated(text, by: deflater)
            sizes.append(message.count)
            let back = try inflated(message, by: inflater)
            #expect(back == text)
        }
        #expect(sizes[1...].allSatisfy { $0 < sizes[0] / 4 })
    }

    @Test("PM-013: an empty message is one zero byte, twice in a row too")
    func empty() throws {
        let deflater = try #require(MessageDeflater(forgets: false))
        let inflater = try #require(MessageInflater(forgets: false))
        for text in ["", "", "Hello", "", "Hello"] {
            let message = deflated(text, by: deflater)
            if text.isEmpty { #expect(message == [0x00]) }
            let back = try inflated(message, by: inflater)
            #expect(back == text)
        }
    }

    @Test("PM-009, PM-010: compressed and plain messages travel together, marked on the first frame")
    func pair() throws {
        let deflater = try #require(MessageDeflater(forgets: true))
        let inflater = try #require(MessageInflater(forgets: true))
        var queue = ByteBuffer()
        let long = String(repeating: "<message to='romeo@montague.example'/>", count: 2_000)
        deflater.withDeflated(Array(long.utf8).span, pool: pool) {
            FrameEncoder.append(.text, payload: $0, isCompressed: true, to: &queue, pool: pool)
        }
        FrameEncoder.append(.text, payload: Array("<r/>".utf8).span, to: &queue, pool: pool)
        let wire = queue.withSpan { [UInt8](copying: $0) }
        #expect(wire[0] == 0xC1 && wire.count < 2_000)
        var receiver = Receiver(FrameDecoder(role: .client, acceptsCompressed: true))
        receiver.receive(Array(wire.dropLast(6)))
        let text = try inflated(receiver.message, by: inflater)
        #expect(text == long)
        receiver.receive(Array(wire.suffix(6)))
        #expect(receiver.events.last == .text("<r/>"))
    }
}
