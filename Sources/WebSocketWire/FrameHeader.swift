/// The bytes in front of a frame's payload (RFC 6455 section 5.2), with the rules that need no other frame. Knows one
/// header; does not know messages or limits.
struct FrameHeader {
    /// RFC 6455 section 5.5.
    static let maxControl = 125

    let opcode: Opcode
    let isFinal: Bool
    /// Reserved bit 1, which permessage-deflate gives a meaning.
    let isCompressed: Bool
    let isMasked: Bool
    /// The payload length as announced, up to 2^63 - 1.
    let payload: Int
    /// Bytes of the header, the masking key included.
    let size: Int

    /// The header at `offset`, without regard to the masking key having arrived, or nil while its length is unknown.
    /// Fails on the first byte that is wrong.
    init?(_ input: borrowing MutableSpan<UInt8>, at offset: Int, role: Role) throws(FrameFailure) {
        let available = input.count - offset
        guard available > 0 else { return nil }
        let first = input[offset]
        guard first & 0x30 == 0 else { throw .reservedBits }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .reservedOpcode }
        self.opcode = opcode
        isFinal = first & 0x80 != 0
        isCompressed = first & 0x40 != 0
        if opcode.isControl && !isFinal { throw .fragmentedControl }

        guard available > 1 else { return nil }
        let second = input[offset + 1]
        isMasked = second & 0x80 != 0
        switch role {
        case .server: if !isMasked { throw .unmasked }
        case .client: if isMasked { throw .masked }
        }
        let short = Int(second & 0x7F)
        if opcode.isControl && short > Self.maxControl { throw .oversizedControl }
        let extra = short < 126 ? 0 : short == 126 ? 2 : 8
        guard available >= 2 + extra else { return nil }
        payload = try extra == 0 ? short : Self.length(input, at: offset + 2, size: extra)
        size = 2 + extra + (isMasked ? 4 : 0)
    }

    /// An extended length of 2 or 8 bytes; the shortest form that fits is the only one allowed.
    private static func length(
        _ input: borrowing MutableSpan<UInt8>, at start: Int, size: Int
    ) throws(FrameFailure) -> Int {
        var value: UInt64 = 0
        for index in start..<start + size { value = value << 8 | UInt64(input[index]) }
        guard let length = Int(exactly: value) else { throw .lengthTopBit }
        guard length >= (size == 2 ? 126 : 1 << 16) else { throw .lengthNotMinimal }
        return length
    }
}
