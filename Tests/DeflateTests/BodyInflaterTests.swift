import Bytes
import Deflate
import Testing

@Suite struct BodyInflaterTests {
    private let pool = BufferPool()
    private let hello = Array("hello hello hello hello".utf8)

    private func inflated(
        _ body: [UInt8], limit: UInt32 = 1_000, by inflater: BodyInflater
    ) throws(Inflater.Failure) -> [UInt8] {
        var output = ByteBuffer()
        // What stands in the buffer before is not part of the body.
        output.append([0xFF], pool: pool)
        try inflater.inflate(body.span, limit: limit, to: &output, pool: pool)
        return output.withSpan { [UInt8](copying: $0.extracting(1..<$0.count)) }
    }

    @Test("BO-038: one member or several, empty ones too, are one body")
    func members() throws {
        let inflater = try #require(BodyInflater())
        let one = try #require(Gzip.compress(hello))
        let none = try #require(Gzip.compress([]))
        for body in [one, none + one, one + none, none] {
            let text = try inflated(body, by: inflater)
            #expect(text == (body == none ? [] : hello))
        }
        let twice = try inflated(one + one, by: inflater)
        #expect(twice == hello + hello)
    }

    @Test("BO-039: what is cut off anywhere is refused, and the next body is not hurt by it")
    func cutOff() throws {
        let inflater = try #require(BodyInflater())
        let one = try #require(Gzip.compress(hello))
        for size in 0..<one.count {
            #expect(throws: Inflater.Failure.invalid, "\(size) bytes") {
                try inflated(Array(one[..<size]), by: inflater)
            }
            #expect(throws: Inflater.Failure.invalid, "\(size) bytes behind") {
                // Cut off behind a whole member, unless nothing is behind it.
                try inflated(one + one[..<max(size, 1)], by: inflater)
            }
        }
        let text = try inflated(one, by: inflater)
        #expect(text == hello)
    }

    @Test("BO-039: every changed byte of header, sum or size is refused", arguments: [0, 1, 2, 3, 10, -8, -5, -4, -1])
    func damaged(place: Int) throws {
        let inflater = try #require(BodyInflater())
        var body = try #require(Gzip.compress(hello))
        body[place < 0 ? body.count + place : place] ^= 0xE7
        #expect(throws: Inflater.Failure.invalid) { try inflated(body, by: inflater) }
        #expect(throws: Inflater.Failure.invalid) { try inflated(body + [0], by: inflater) }
    }

    @Test("BO-039: the limit is exact, over all members together")
    func limit() throws {
        let inflater = try #require(BodyInflater())
        let one = try #require(Gzip.compress(hello))
        let text = try inflated(one + one, limit: UInt32(2 * hello.count), by: inflater)
        #expect(text.count == 2 * hello.count)
        #expect(throws: Inflater.Failure.tooBig) {
            try inflated(one + one, limit: UInt32(2 * hello.count - 1), by: inflater)
        }
    }

    @Test("BO-039: a bomb takes no more memory than the limit asks for")
    func bomb() throws {
        let inflater = try #require(BodyInflater())
        let bomb = try #require(Gzip.compress([UInt8](repeating: 0x20, count: 10_000_000)))
        #expect(bomb.count < 11_000)
        var output = ByteBuffer()
        #expect(throws: Inflater.Failure.tooBig) {
            try inflater.inflate(bomb.span, limit: 100_000, to: &output, pool: pool)
        }
        #expect(output.storage < 400_000)
    }
}
