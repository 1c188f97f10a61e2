/// Fuzz entry for Deflate: bodies in gzip.
import Bytes
import Deflate

/// Bodies of a peer in gzip: never more than the limit, the same twice, and what we compress comes back.
enum GzipBodyTarget: FuzzTarget {
    static let name = "gzip-body"
    static let dictionary = ["\u{1F}", "\u{08}\0\0\0\0\0\0\u{03}", "\u{01}\0\0", "\u{03}\0", "\0\0\0\0\0\0\0\0"]
    static let seeds: [[UInt8]] = {
        let parts = ["", "<body/>", "Hello, hello, hello"].compactMap { Gzip.compress(Array($0.utf8)) }
        return parts + [Array(parts.joined())]
    }()

    static func run(_ bytes: [UInt8]) {
        guard let inflater = BodyInflater(), let deflater = BodyDeflater() else {
            preconditionFailure("no memory for zlib")
        }
        let pool = BufferPool()
        checkCompression(
            of: bytes, pool: pool,
            inflate: { try inflater.inflate($0, limit: $1, to: &$2, pool: pool) },
            deflate: { deflater.withDeflated($0, pool: pool) { [UInt8](copying: $0) } })
    }
}

/// Never more comes out of `bytes` than a limit, the same twice, and what is deflated comes back.
func checkCompression(
    of bytes: [UInt8], pool: BufferPool, inflate: (Span<UInt8>, _ limit: UInt32, inout ByteBuffer) throws -> Void,
    deflate: (Span<UInt8>) -> [UInt8]
) {
    let limit = 5_000
    func plain(_ bytes: [UInt8]) -> [UInt8]? {
        var output = ByteBuffer()
        defer { output.release(to: pool) }
        do {
            try inflate(bytes.span, UInt32(limit), &output)
        } catch {
            precondition(output.count <= limit + 1, "over the limit")
            return nil
        }
        precondition(output.count <= limit, "over the limit")
        return output.withSpan { [UInt8](copying: $0) }
    }

    let first = plain(bytes)
    precondition(plain(bytes) == first, "not the same the second time")
    if bytes.count <= limit {
        precondition(plain(deflate(bytes.span)) == bytes, "not the same after a round trip")
    }
}
