package import Bytes

/// Writes a server's frames (RFC 6455 section 5.2): never masked, always one frame for a message. Knows the frame
/// format; does not know when a frame is due.
package enum FrameEncoder {
    /// The bytes in front of a payload of this size.
    package static func headerSize(payload: Int) -> Int {
        payload < 126 ? 2 : payload < 1 << 16 ? 4 : 10
    }

    /// Appends the header of a whole message or control frame; the caller appends `payloadSize` bytes behind it.
    package static func appendHeader(
        _ opcode: Opcode, payloadSize: Int, isCompressed: Bool = false, to output: inout ByteBuffer, pool: BufferPool
    ) {
        // With room for what follows, so that it needs no second block.
        _ = output.fill(atLeast: 10 + payloadSize, pool: pool) { target in
            writeHeader(opcode, payloadSize: payloadSize, isCompressed: isCompressed, maskBit: 0, to: target)
        }
    }

    /// Appends a whole frame. A control frame's payload is at most 125 bytes.
    package static func append(
        _ opcode: Opcode, payload: Span<UInt8>, isCompressed: Bool = false, to output: inout ByteBuffer,
        pool: BufferPool
    ) {
        appendHeader(opcode, payloadSize: payload.count, isCompressed: isCompressed, to: &output, pool: pool)
        output.append(payload, pool: pool)
    }

    /// Appends a Close frame. The reason is cut to what fits, between characters; a code that may not be on the wire
    /// (1005 stands for "no code") gives an empty body.
    package static func appendClose(
        _ code: CloseCode, reason: Span<UInt8>, to output: inout ByteBuffer, pool: BufferPool
    ) {
        guard code.isAllowedOnWire else {
            return appendHeader(.close, payloadSize: 0, to: &output, pool: pool)
        }
        let fitting = fittingReason(reason)
        appendHeader(.close, payloadSize: 2 + fitting, to: &output, pool: pool)
        output.append(UInt8(code.rawValue >> 8), pool: pool)
        output.append(UInt8(code.rawValue & 0xFF), pool: pool)
        output.append(reason.extracting(0..<fitting), pool: pool)
    }

    package static func appendClose(
        _ code: CloseCode, reason: StaticString = "", to output: inout ByteBuffer, pool: BufferPool
    ) {
        let text = UnsafeBufferPointer(start: reason.utf8Start, count: reason.utf8CodeUnitCount)
        appendClose(code, reason: text.span, to: &output, pool: pool)
    }

    /// How many bytes of a Close reason fit into a control frame without cutting a character.
    static func fittingReason(_ reason: Span<UInt8>) -> Int {
        let limit = FrameHeader.maxControl - 2
        guard reason.count > limit else { return reason.count }
        var end = limit
        while end > 0 && reason[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    /// Writes a header without masking key and returns its size; `target` has room for 10 bytes.
    static func writeHeader(
        _ opcode: Opcode, payloadSize: Int, isFinal: Bool = true, isCompressed: Bool, maskBit: UInt8,
        to target: UnsafeMutableRawBufferPointer
    ) -> Int {
        precondition(payloadSize >= 0, "a payload has no negative size")
        precondition(!opcode.isControl || payloadSize <= FrameHeader.maxControl, "control frame too long")
        guard let target = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        target[0] = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue
        let size = headerSize(payload: payloadSize)
        switch size {
        case 2: target[1] = maskBit | UInt8(payloadSize)
        case 4: target[1] = maskBit | 126
        default: target[1] = maskBit | 127
        }
        var rest = payloadSize
        for index in stride(from: size - 1, to: 1, by: -1) {
            target[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
        return size
    }
}
