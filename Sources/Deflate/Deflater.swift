package import Bytes
internal import CZlib

/// Compresses bytes step by step with one window. Knows zlib; does not know messages or files. About 256 KiB of memory
/// with the largest window.
package final class Deflater {
    package enum Flush: Sendable {
        /// zlib may keep bytes back for better compression.
        case none
        /// Everything is written and the output ends with the empty stored block 00 00 FF FF.
        case sync
        /// Everything is written and the stream ends.
        case finish
    }

    private let stream = ZStream()

    /// - Parameters:
    ///   - level: 1 fast to 9 small.
    ///   - memory: 1 little to 9 much, for finding repetitions; 8 is zlib's default.
    /// - Returns: nil when memory runs out.
    package init?(_ format: DeflateFormat, level: Int = 6, memory: Int = 8) {
        if case .raw(let bits) = format {
            // zlib refuses a raw window of 8 and could not keep to it.
            precondition(bits >= 9 && bits <= 15, "window size out of range")
        }
        let status = deflateInit2_(
            stream.pointer, CInt(level), Z_DEFLATED, format.windowBits, CInt(memory), Z_DEFAULT_STRATEGY,
            ZLIB_VERSION, ZStream.size)
        guard status == Z_OK else { return nil }
    }

    deinit {
        deflateEnd(stream.pointer)
    }

    /// Appends the compressed form of `input` to `output`.
    package func deflate(_ input: Span<UInt8>, flush: Flush, to output: inout ByteBuffer, pool: BufferPool) {
        let mode =
            switch flush {
            case .none: Z_NO_FLUSH
            case .sync: Z_SYNC_FLUSH
            case .finish: Z_FINISH
            }
        stream.withInput(input) {
            repeat {
                // 64 is more than the six bytes below which zlib would repeat its flush marker.
                _ = output.fill(atLeast: max(64, input.count / 4), pool: pool) { target in
                    stream.withOutput(target, limit: .max) { _ = CZlib.deflate(stream.pointer, mode) }
                }
            } while stream.pointer.pointee.avail_out == 0
        }
    }

    /// Forgets window and position; the next bytes start a stream.
    package func reset() {
        deflateReset(stream.pointer)
    }
}
