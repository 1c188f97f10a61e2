import Bytes
import Deflate
import Testing
import WireTesting

@Suite struct InflaterTests {
    private let pool = BufferPool()
    private let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00, 0x00, 0xFF, 0xFF]

    private func inflated(
        _ pieces: [ArraySlice<UInt8>], limit: UInt32 = 1_000, by inflater: Inflater
    ) throws(Inflater.Failure) -> [UInt8] {
        var output = ByteBuffer()
        for piece in pieces {
            let room = limit - UInt32(output.count)
            _ = try inflater.inflate(Array(piece).span, limit: room, to: &output, pool: pool)
        }
        return output.withSpan { [UInt8](copying: $0) }
    }

    @Test func givesTheSameBytesHoweverTheInputIsCut() throws {
        for pieces in Cuts.all(of: hello) {
            let inflater = try #require(Inflater(.raw(windowBits: 15)))
            let text = try inflated(pieces, by: inflater)
            #expect(text == Array("Hello".utf8))
            #expect(inflater.isBetweenBlocks)
        }
    }

    @Test func knowsWhenABlockIsCutOff() throws {
        for size in 1..<hello.count {
            let inflater = try #require(Inflater(.raw(windowBits: 15)))
            _ = try inflated([hello[..<size]], by: inflater)
            #expect(!inflater.isBetweenBlocks, "\(size) bytes")
        }
    }

    @Test func stopsAtTheLimit() throws {
        let deflater = try #require(Deflater(.raw(windowBits: 15)))
        let inflater = try #require(Inflater(.raw(windowBits: 15)))
        var bomb = ByteBuffer()
        deflater.deflate([UInt8](repeating: 0, count: 1_000_000).span, flush: .sync, to: &bomb, pool: pool)
        let bytes = bomb.withSpan { [UInt8](copying: $0) }
        #expect(throws: Inflater.Failure.tooBig) { try inflated([bytes[...]], limit: 999_999, by: inflater) }
        inflater.reset()
        let whole = try inflated([bytes[...]], limit: 1_000_000, by: inflater)
        #expect(whole.count == 1_000_000)
    }

    @Test func takesNoMoreMemoryForABombThanTheLimitAsksFor() throws {
        let deflater = try #require(Deflater(.raw(windowBits: 15)))
        let inflater = try #require(Inflater(.raw(windowBits: 15)))
        var bomb = ByteBuffer()
        deflater.deflate([UInt8](repeating: 0, count: 10_000_000).span, flush: .sync, to: &bomb, pool: pool)
        var output = ByteBuffer()
        #expect(throws: Inflater.Failure.tooBig) {
            try bomb.withSpan { bytes throws(Inflater.Failure) in
                _ = try inflater.inflate(bytes, limit: 100_000, to: &output, pool: pool)
            }
        }
        #expect(output.count <= 100_001 && output.storage <= 300_000)
    }

    @Test(arguments: [[0x07], [0x00, 0x05, 0x00, 0x00, 0x00], [0xF2, 0x00, 0x11, 0x00, 0x00]] as [[UInt8]])
    func refusesGarbage(bytes: [UInt8]) throws {
        let inflater = try #require(Inflater(.raw(windowBits: 15)))
        #expect(throws: Inflater.Failure.invalid) { try inflated([bytes[...]], by: inflater) }
    }

    @Test func tellsWhereAStreamEnds() throws {
        let inflater = try #require(Inflater(.gzip))
        let packed = try #require(Gzip.compress(Array("page".utf8)))
        var output = ByteBuffer()
        let input = packed + [1, 2, 3]
        let (used, isAtEnd) = try inflater.inflate(input.span, limit: 4, to: &output, pool: pool)
        #expect(used == packed.count && isAtEnd)
        #expect(output.withSpan { [UInt8](copying: $0) } == Array("page".utf8))
    }

    @Test func aSmallWindowCannotReachFarBack() throws {
        var random = SplitMix64(seed: 10)
        let noise = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        for (bits, works) in [(10, true), (15, false)] {
            let deflater = try #require(Deflater(.raw(windowBits: bits)))
            let inflater = try #require(Inflater(.raw(windowBits: 10)))
            var packed = ByteBuffer()
            deflater.deflate((noise + noise).span, flush: .sync, to: &packed, pool: pool)
            let bytes = packed.withSpan { [UInt8](copying: $0) }
            let text = try? inflated([bytes.prefix(4_000), bytes.dropFirst(4_000)], limit: 20_000, by: inflater)
            #expect((text == noise + noise) == works, "\(bits) bits")
        }
    }
}
