package import Bytes

/// Writes a server's frames (RFC 6455 section 5.2): never masked, always one frame for a message. Knows the frame
/// format; does not know when a frame is due.
package enum FrameEncoder {
    /// The bytes in front of a payload of this size.
    package static func headerSize(payload: Int) -> Int {
        payload < 126 ? 2 : payload < 1 << 16 ? 4 : 10
    }

    /// Appends the header; the caller appends `payloadSize` bytes behind it.
    package static func appendHeader(
        _ opcode: Opcode, payloadSize: Int, isCompressed: Bool = false, to output: inout ByteBuffer, pool: BufferPool
    ) {
    }

    /// Appends a whole frame.
    package static func append(
        _ opcode: Opcode, payload: Span<UInt8>, to output: inout ByteBuffer, pool: BufferPool
    ) {
    }

    /// Appends a Close frame. The reason is cut to what fits, between characters; a code that may not be on the wire
    /// (1005 stands for "no code") gives an empty body.
    package static func appendClose(
        _ code: CloseCode, reason: Span<UInt8>, to output: inout ByteBuffer, pool: BufferPool
    ) {
    }

    package static func appendClose(
        _ code: CloseCode, reason: StaticString = "", to output: inout ByteBuffer, pool: BufferPool
    ) {
    }
}
