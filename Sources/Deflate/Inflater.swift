package import Bytes
internal import CZlib

/// Decompresses bytes step by step with one window and a limit on what comes out. Knows zlib; does not know messages or
/// bodies. About 40 KiB of memory.
package final class Inflater {
    package enum Failure: Error, Equatable, Sendable {
        case invalid
        /// More bytes than the limit want to come out.
        case tooBig
    }

    private let stream = ZStream()

    /// - Returns: nil when memory runs out.
    package init?(_ format: DeflateFormat) {
        guard inflateInit2_(stream.pointer, format.windowBits, ZLIB_VERSION, ZStream.size) == Z_OK else { return nil }
    }

    deinit {
        inflateEnd(stream.pointer)
    }

    /// Appends the decompressed form of `input` to `output`; fails as soon as this would be more than `limit` bytes.
    /// - Returns: bytes of input used, less than all only where the compressed stream has ended.
    package func inflate(
        _ input: Span<UInt8>, limit: UInt32, to output: inout ByteBuffer, pool: BufferPool
    ) throws(Failure) -> (used: Int, isAtEnd: Bool) {
        try stream.withInput(input) { () throws(Failure) in
            var room = Int(limit)
            var status = Z_OK
            repeat {
                // Room for one byte more shows that there is more than the limit.
                let written = output.fill(atLeast: min(room, max(512, input.count * 2)) + 1, pool: pool) { target in
                    stream.withOutput(target, limit: room + 1) { status = CZlib.inflate(stream.pointer, Z_SYNC_FLUSH) }
                }
                room -= max(written, 0)
                if room < 0 { throw .tooBig }
                // Z_BUF_ERROR only says that there was nothing left to do.
                guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw .invalid }
            } while status == Z_OK && (stream.pointer.pointee.avail_out == 0 || stream.pointer.pointee.avail_in > 0)
            return (input.count - Int(stream.pointer.pointee.avail_in), status == Z_STREAM_END)
        }
    }

    /// Whether the bytes so far end with a complete block.
    package var isBetweenBlocks: Bool {
        // zlib.h, at inflate(): 128 is added to data_type right after a block.
        stream.pointer.pointee.data_type & 0x80 != 0
    }

    /// Starts a new stream; with `keepingWindow` its bytes may refer back to those before.
    package func reset(keepingWindow: Bool = false) {
        if keepingWindow {
            inflateResetKeep(stream.pointer)
        } else {
            inflateReset(stream.pointer)
        }
    }
}
