package import Bytes

/// Elements on their way to a client that has no request open, in order, with the borders between them. Knows sizes; does
/// not limit itself: its owner stops reading the server when `count` passes a bound. Empty, it holds no storage.
package struct OutputQueue: ~Copyable {
    private var buffer = ByteBuffer()

    /// Bytes in front of each element: its length, and in the highest bit whether the streams prefix occurs in it.
    private static let prefix = 4
    private static let streamsFlag: UInt32 = 1 << 31

    package init() {}

    package var isEmpty: Bool { buffer.isEmpty }
    /// Bytes that wait.
    package var count: Int { buffer.count }

    /// Appends one element that stands alone as XML but for the prefix `stream`.
    /// - Parameter usesStreams: whether that prefix occurs in it, as in `<stream:features/>`.
    package mutating func append(_ element: Span<UInt8>, usesStreams: Bool, pool: BufferPool) {
        precondition(element.count < Int(Self.streamsFlag), "an element beyond all limits")
        appendPrefix(UInt32(truncatingIfNeeded: element.count), usesStreams, pool)
        buffer.append(element, pool: pool)
    }

    /// Appends one element of `size` bytes that `write` appends itself.
    package mutating func append(
        size: Int, usesStreams: Bool, pool: BufferPool, _ write: (inout ByteBuffer) -> Void
    ) {
        precondition(size < Int(Self.streamsFlag), "an element beyond all limits")
        appendPrefix(UInt32(truncatingIfNeeded: size), usesStreams, pool)
        let start = buffer.count
        write(&buffer)
        precondition(buffer.count - start == size, "an element of another size")
    }

    private mutating func appendPrefix(_ size: UInt32, _ usesStreams: Bool, _ pool: BufferPool) {
        let word = usesStreams ? size | Self.streamsFlag : size
        var shift: UInt32 = 0
        while shift < 32 {
            buffer.append(UInt8(truncatingIfNeeded: word >> shift), pool: pool)
            shift += 8
        }
    }

    /// What fits into one response of `limit` bytes: at least one element, if there is one.
    struct Batch {
        /// Bytes in the queue, prefixes included.
        var length = 0
        var usesStreams = false
    }

    func batch(limit: Int) -> Batch {
        buffer.withSpan { bytes in
            var batch = Batch()
            while batch.length < bytes.count {
                let (size, streams) = Self.element(bytes, batch.length)
                if batch.length > 0, batch.length + Self.prefix + size > limit { break }
                batch.length += Self.prefix + size
                batch.usesStreams = batch.usesStreams || streams
            }
            return batch
        }
    }

    /// Whether one response of `limit` bytes carries all there is.
    func fits(limit: Int) -> Bool { count <= limit || batch(limit: limit).length == count }

    /// Moves a batch to `output`.
    mutating func take(_ batch: Batch, into output: inout ByteBuffer, pool: BufferPool) {
        buffer.withSpan { bytes in
            var place = 0
            while place < batch.length {
                let (size, _) = Self.element(bytes, place)
                place += Self.prefix
                output.append(bytes.extracting(place..<place + size), pool: pool)
                place += size
            }
        }
        buffer.consume(batch.length)
        if buffer.isEmpty { buffer.release(to: pool) }
    }

    /// Drops everything: the session is over.
    package mutating func release(to pool: BufferPool) {
        buffer.release(to: pool)
    }

    private static func element(_ bytes: Span<UInt8>, _ place: Int) -> (size: Int, usesStreams: Bool) {
        var word: UInt32 = 0
        for index in 0..<prefix { word |= UInt32(bytes[place + index]) << UInt32(8 * index) }
        return (Int(word & ~streamsFlag), word & streamsFlag != 0)
    }
}
