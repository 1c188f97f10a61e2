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
    private static let limit: UInt32 = 5_000

    static func run(_ bytes: [UInt8]) {
        guard let inflater = BodyInflater(), let deflater = BodyDeflater() else {
            preconditionFailure("no memory for zlib")
        }
        let pool = BufferPool()
        let first = plain(bytes, inflater, pool)
        precondition(plain(bytes, inflater, pool) == first, "not the same the second time")
        let packed = deflater.withDeflated(bytes.span, pool: pool) { [UInt8](copying: $0) }
        if bytes.count <= Int(limit) {
            precondition(plain(packed, inflater, pool) == bytes, "not the same after a round trip")
        }
    }

    private static func plain(_ bytes: [UInt8], _ inflater: BodyInflater, _ pool: BufferPool) -> [UInt8]? {
        var output = ByteBuffer()
        defer { output.release(to: pool) }
        do {
            try inflater.inflate(bytes.span, limit: limit, to: &output, pool: pool)
        } catch {
            precondition(output.count <= Int(limit) + 1, "over the limit")
            return nil
        }
        precondition(output.count <= Int(limit), "over the limit")
        return output.withSpan { [UInt8](copying: $0) }
    }
}
