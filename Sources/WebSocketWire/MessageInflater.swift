package import Bytes
internal import Deflate

/// Decompresses messages one by one for permessage-deflate (RFC 7692 section 7.2.2), within a limit, and checks text.
/// Knows whole messages; does not know frames.
package final class MessageInflater {
    private let inflater: Inflater
    private let forgets: Bool

    /// - Parameters:
    ///   - forgets: start each message with an empty window; such an inflater may serve many connections.
    ///   - windowBits: the largest window of the peer, 9 to 15.
    /// - Returns: nil when memory runs out.
    package init?(forgets: Bool, windowBits: Int = 15) {
        guard let inflater = Inflater(.raw(windowBits: windowBits)) else { return nil }
        self.inflater = inflater
        self.forgets = forgets
    }

    /// Bytes that an inflater takes (zconf.h of zlib, and what its state measures).
    package static func memory(windowBits: Int) -> Int { (1 << windowBits) + (7 << 10) }

    /// Appends the plain form of a message, which is put together from all its fragments. After a failure the
    /// connection is to be closed and `output` thrown away.
    package func inflate(
        _ message: Span<UInt8>, isText: Bool, limits: FrameLimits = FrameLimits(), to output: inout ByteBuffer,
        pool: BufferPool
    ) throws(FrameFailure) {
        if forgets { inflater.reset() }
        let before = output.count
        let tail = MessageDeflater.tail
        try run(message, limit: limits.maxMessage, before: before, to: &output, pool: pool)
        try run(tail.span, limit: limits.maxMessage, before: before, to: &output, pool: pool)
        guard inflater.isBetweenBlocks else { throw .invalidCompression }
        guard isText else { return }
        let isValid = output.withSpan { bytes in
            var text = UTF8Validator()
            return text.check(bytes.extracting(before..<bytes.count)) && text.isComplete
        }
        guard isValid else { throw .invalidUTF8 }
    }

    /// A block may say that it is the last one; the message and the window go on all the same (section 7.2.3.4).
    private func run(
        _ input: Span<UInt8>, limit: UInt32, before: Int, to output: inout ByteBuffer, pool: BufferPool
    ) throws(FrameFailure) {
        var offset = 0
        repeat {
            let room = Int(limit) - (output.count - before)
            do {
                let (used, isAtEnd) = try inflater.inflate(
                    input.extracting(offset..<input.count), limit: UInt32(room), to: &output, pool: pool)
                offset += used
                guard isAtEnd else { return }
                inflater.reset(keepingWindow: true)
            } catch {
                throw error == .tooBig ? .messageTooBig : .invalidCompression
            }
        } while offset < input.count
    }
}
