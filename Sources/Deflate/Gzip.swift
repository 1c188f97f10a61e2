internal import Bytes

/// Compresses a whole file to the gzip format (RFC 1952) once, for serving it many times. Knows nothing of HTTP.
package enum Gzip {
    /// The gzip form of `bytes`, the same for the same input (no name, no time); nil when memory runs out.
    package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        // The smallest output: files are few and compressed once.
        guard let deflater = Deflater(.gzip, level: 9) else { return nil }
        let pool = BufferPool(keep: 0)
        var output = ByteBuffer()
        deflater.deflate(bytes.span, flush: .finish, to: &output, pool: pool)
        return output.withSpan { [UInt8](copying: $0) }
    }
}
