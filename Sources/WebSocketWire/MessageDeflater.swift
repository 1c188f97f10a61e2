package import Bytes
internal import Deflate

/// Compresses messages one by one for permessage-deflate (RFC 7692 section 7.2.1). Knows whole messages; does not know
/// frames or what is worth compressing.
///
/// Over TLS, compression lets an attacker who can mix guesses with secrets in one message or window find the secrets by
/// the size (section 8): logins should go uncompressed, and windows be forgotten.
package final class MessageDeflater {
    /// What a sync flush ends with and a message leaves out.
    static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    private let deflater: Deflater
    private let forgets: Bool

    /// - Parameters:
    ///   - forgets: start each message with an empty window; such a deflater may serve many connections.
    ///   - windowBits: as agreed, 9 to 15.
    /// - Returns: nil when memory runs out.
    package init?(forgets: Bool, windowBits: Int = 15) {
        guard let deflater = Deflater(.raw(windowBits: windowBits)) else { return nil }
        self.deflater = deflater
        self.forgets = forgets
    }

    /// Lends the compressed form of a message for a frame marked as compressed.
    package func withDeflated<R, E: Error>(
        _ message: Span<UInt8>, pool: BufferPool, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        // An empty flush gives nothing at all (section 7.2.3.6 has this byte).
        if message.isEmpty { return try body([0x00].span) }
        if forgets { deflater.reset() }
        var output = ByteBuffer()
        defer { output.release(to: pool) }
        deflater.deflate(message, flush: .sync, to: &output, pool: pool)
        return try output.withSpan { bytes throws(E) in
            try body(bytes.extracting(0..<bytes.count - Self.tail.count))
        }
    }
}
