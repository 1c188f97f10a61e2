import Bytes
import Deflate
import Testing
import WireTesting

@Suite struct DeflaterTests {
    private let pool = BufferPool()

    private func deflated(_ deflater: Deflater, _ bytes: [UInt8], _ flush: Deflater.Flush = .sync) -> [UInt8] {
        var output = ByteBuffer()
        deflater.deflate(bytes.span, flush: flush, to: &output, pool: pool)
        return output.withSpan { [UInt8](copying: $0) }
    }

    private func inflated(_ inflater: Inflater, _ bytes: [UInt8]) throws -> [UInt8] {
        var output = ByteBuffer()
        _ = try inflater.inflate(bytes.span, limit: 10_000_000, to: &output, pool: pool)
        return output.withSpan { [UInt8](copying: $0) }
    }

    @Test func aSyncFlushEndsWithAnEmptyStoredBlock() throws {
        let deflater = try #require(Deflater(.raw(windowBits: 15)))
        let bytes = deflated(deflater, Array("Hello".utf8))
        #expect(bytes == [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00, 0x00, 0xFF, 0xFF])
    }

    @Test func anythingComesBackWhole() throws {
        var random = SplitMix64(seed: 1_951)
        let deflater = try #require(Deflater(.raw(windowBits: 15)))
        let inflater = try #require(Inflater(.raw(windowBits: 15)))
        for size in [1, 63, 64, 65, 511, 512, 513, 4_096, 100_000, 300_000] {
            let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 3 % 7) }
            let first = try inflated(inflater, deflated(deflater, noise))
            let second = try inflated(inflater, deflated(deflater, text))
            #expect(first == noise && second == text, "\(size) bytes")
        }
    }

    @Test func withoutFlushBytesMayWait() throws {
        let deflater = try #require(Deflater(.raw(windowBits: 15)))
        let inflater = try #require(Inflater(.raw(windowBits: 15)))
        let early = deflated(deflater, Array("Hel".utf8), .none)
        let late = deflated(deflater, Array("lo".utf8), .finish)
        let text = try inflated(inflater, early + late)
        #expect(text == Array("Hello".utf8))
    }

    @Test func afterAResetNothingRefersBack() throws {
        let deflater = try #require(Deflater(.raw(windowBits: 15)))
        let text = Array("the same text, the same text".utf8)
        let first = deflated(deflater, text)
        let referring = deflated(deflater, text)
        deflater.reset()
        let alone = deflated(deflater, text)
        #expect(alone == first && referring.count < first.count)
    }
}
