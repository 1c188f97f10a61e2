package import Bytes

/// Brings whole bodies into gzip form (RFC 1952), one after the other with the same memory. Knows nothing of HTTP, or of
/// what is worth it.
package final class BodyDeflater {
    /// Chat shrinks nearly as much as with zlib's default of 6, in a third of the time where bodies are large.
    private static let level = 3

    private let deflater: Deflater

    /// - Returns: nil when memory runs out.
    package init?() {
        guard let deflater = Deflater(.gzip, level: Self.level) else { return nil }
        self.deflater = deflater
    }

    /// Lends the gzip form of `body`.
    package func withDeflated<R>(_ body: Span<UInt8>, pool: BufferPool, _ use: (Span<UInt8>) -> R) -> R {
        deflater.reset()
        var output = ByteBuffer()
        defer { output.release(to: pool) }
        deflater.deflate(body, flush: .finish, to: &output, pool: pool)
        return output.withSpan(use)
    }
}
