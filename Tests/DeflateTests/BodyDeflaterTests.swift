import Bytes
import Deflate
import Testing

@Suite struct BodyDeflaterTests {
    private let pool = BufferPool()

    @Test("BO-005: each body is gzip of its own, one after the other")
    func bodies() throws {
        let deflater = try #require(BodyDeflater())
        let inflater = try #require(BodyInflater())
        for size in [0, 1, 600, 100_000, 600] {
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) }
            let packed = deflater.withDeflated(body.span, pool: pool) { [UInt8](copying: $0) }
            #expect(Array(packed.prefix(3)) == [0x1F, 0x8B, 8])
            if size > 1 { #expect(packed.count < size) }
            var output = ByteBuffer()
            try inflater.inflate(packed.span, limit: 100_000, to: &output, pool: pool)
            #expect(output.withSpan { [UInt8](copying: $0) } == body)
        }
    }
}
