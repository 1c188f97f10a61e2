package import Bytes

/// Takes whole bodies out of their gzip form (RFC 1952), within a limit, one after the other with the same memory. Knows
/// nothing of HTTP.
package final class BodyInflater {
    private let inflater: Inflater

    /// - Returns: nil when memory runs out.
    package init?() {
        guard let inflater = Inflater(.gzip) else { return nil }
        self.inflater = inflater
    }

    /// Appends the plain form of `body` to `output`, at most `limit` bytes. A body may have several members (RFC 1952
    /// section 2.2), and nothing else behind them. After a failure `output` is to be thrown away.
    package func inflate(
        _ body: Span<UInt8>, limit: UInt32, to output: inout ByteBuffer, pool: BufferPool
    ) throws(Inflater.Failure) {
        let before = output.count
        var offset = 0
        repeat {
            inflater.reset()
            let room = limit - UInt32(output.count - before)
            let (used, isAtEnd) = try inflater.inflate(
                body.extracting(offset..<body.count), limit: room, to: &output, pool: pool)
            guard isAtEnd else { throw .invalid }
            offset += used
        } while offset < body.count
    }
}
