internal import CZlib

/// Compresses a whole file to the gzip format (RFC 1952) once, for serving it many times. Knows nothing of HTTP.
package enum Gzip {
    /// Asks zlib for the gzip wrapper around a 32 KiB window.
    private static let windowBits: CInt = 15 + 16

    /// The gzip form of `bytes`, the same for the same input (no name, no time); nil when memory runs out or the input
    /// is larger than zlib takes at once (4 GiB).
    package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard let size = uInt(exactly: bytes.count) else { return nil }
        var stream = z_stream()
        // The most memory and time zlib offers: files are few and compressed once.
        let opened = deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, windowBits, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, uLong(size)))
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = size
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(clamping: output.count)
                status = deflate(&stream, Z_FINISH)
                count = output.count - Int(stream.avail_out)
            }
        }
        return status == Z_STREAM_END ? output : nil
    }
}
