import Bytes
import Testing

@Suite struct ByteBufferTests {
    @Test func givesBackWhatWasAppendedInOrder() {
        let pool = BufferPool()
        var buffer = ByteBuffer()
        for value in 0..<5_000 { buffer.append(UInt8(truncatingIfNeeded: value), pool: pool) }
        buffer.consume(1_000)
        buffer.append([1, 2, 3], pool: pool)
        let all = buffer.withSpan { [UInt8](copying: $0) }
        #expect(all == (1_000..<5_000).map { UInt8(truncatingIfNeeded: $0) } + [1, 2, 3])
    }

    @Test func holdsNoStorageWhenReleased() {
        let pool = BufferPool(keep: 4_096)
        var buffer = ByteBuffer()
        #expect(buffer.storage == 0)
        buffer.append("hello", pool: pool)
        #expect(buffer.storage == 256)
        buffer.release(to: pool)
        #expect(buffer.storage == 0)
        #expect(pool.kept == 256)
    }

    @Test func poolKeepsNoMoreThanItsBound() {
        let pool = BufferPool(keep: 512)
        var buffers: [Int] = []
        for _ in 0..<10 {
            var one = ByteBuffer()
            var two = ByteBuffer()
            var three = ByteBuffer()
            one.append(1, pool: pool)
            two.append(1, pool: pool)
            three.append(1, pool: pool)
            one.release(to: pool)
            two.release(to: pool)
            three.release(to: pool)
            buffers.append(pool.kept)
        }
        #expect(buffers.allSatisfy { $0 == 512 })
    }

    @Test(arguments: [1, 255, 256, 257, 1_024, 1_025, 4_096, 4_097, 16_384, 16_385, 262_144, 262_145, 1_000_000])
    func everySizeFindsRoomAndComesBackWhole(size: Int) {
        let pool = BufferPool()
        for round in 0..<3 {
            var buffer = ByteBuffer()
            buffer.append([UInt8](repeating: UInt8(round), count: size), pool: pool)
            #expect(buffer.storage >= size && buffer.count == size)
            let whole = buffer.withSpan { [UInt8](copying: $0) }
            #expect(whole == [UInt8](repeating: UInt8(round), count: size))
            buffer.release(to: pool)
        }
        #expect(pool.kept <= 131_072)
    }

    @Test func fillAppendsOnlyWhatWasWritten() {
        let pool = BufferPool()
        var buffer = ByteBuffer()
        let written = buffer.fill(atLeast: 100, pool: pool) { target in
            target[0] = 7
            return 1
        }
        #expect(written == 1)
        #expect(buffer.fill(atLeast: 10, pool: pool) { _ in -11 } == -11)
        #expect(buffer.withSpan { [UInt8](copying: $0) } == [7])
    }

    @Test func reusesTheFrontBeforeItGrows() {
        let pool = BufferPool()
        var buffer = ByteBuffer()
        buffer.append([UInt8](repeating: 1, count: 250), pool: pool)
        buffer.consume(200)
        buffer.append([UInt8](repeating: 2, count: 150), pool: pool)
        #expect(buffer.storage == 256)
        #expect(buffer.count == 200)
    }
}
