package import Bytes

/// Writes a client's frames (RFC 6455 section 5.3): every one masked with a key of its own, messages whole or in
/// fragments. Knows the frame format; does not know where the random keys come from.
package enum ClientFrameEncoder {
    /// Appends a whole frame.
    /// - Parameter key: fresh and not predictable, or pages could smuggle bytes past proxies (section 10.3).
    package static func append(
        _ opcode: Opcode, payload: Span<UInt8>, key: UInt32, isFinal: Bool = true, isCompressed: Bool = false,
        to output: inout ByteBuffer, pool: BufferPool
    ) {
        _ = output.fill(atLeast: FrameEncoder.headerSize(payload: payload.count) + 4 + payload.count, pool: pool) {
            let header = FrameEncoder.writeHeader(
                opcode, payloadSize: payload.count, isFinal: isFinal, isCompressed: isCompressed, maskBit: 0x80, to: $0)
            $0.storeBytes(of: key.littleEndian, toByteOffset: header, as: UInt32.self)
            let body = UnsafeMutableRawBufferPointer(rebasing: $0[(header + 4)..<(header + 4 + payload.count)])
            payload.withUnsafeBytes { body.copyMemory(from: $0) }
            var bytes = body.bindMemory(to: UInt8.self).mutableSpan
            var masking = Masking(key: key)
            _ = masking.apply(to: &bytes, 0..<payload.count)
            return header + 4 + payload.count
        }
    }

    /// Appends a Close frame; see `FrameEncoder.appendClose` for codes and reasons.
    package static func appendClose(
        _ code: CloseCode, reason: Span<UInt8>, key: UInt32, to output: inout ByteBuffer, pool: BufferPool
    ) {
        var body: [UInt8] = []
        if code.isAllowedOnWire {
            body = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
            body += [UInt8](copying: reason.extracting(0..<FrameEncoder.fittingReason(reason)))
        }
        append(.close, payload: body.span, key: key, to: &output, pool: pool)
    }
}
