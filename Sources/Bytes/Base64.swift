/// Base64 (RFC 4648 section 4) with padding, strictly: no line breaks, no foreign characters, no stray bits.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let rest = bytes.count - index
            let first = bytes[index]
            let second = rest > 1 ? bytes[index + 1] : 0
            let third = rest > 2 ? bytes[index + 2] : 0
            output.append(alphabet[Int(first >> 2)])
            output.append(alphabet[Int((first & 0x03) << 4 | second >> 4)])
            output.append(rest > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : padding)
            output.append(rest > 2 ? alphabet[Int(third & 0x3F)] : padding)
            index += 3
        }
        return output
    }

    /// The bytes, or nil when `text` is not canonical Base64.
    package static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var index = 0
        while index < text.count {
            let isLast = index + 4 == text.count
            let pads = isLast ? (text[index + 3] == padding ? (text[index + 2] == padding ? 2 : 1) : 0) : 0
            var word: UInt32 = 0
            for offset in 0..<4 {
                word <<= 6
                if offset >= 4 - pads { continue }
                guard let value = value(of: text[index + offset]) else { return nil }
                word |= UInt32(value)
            }
            // Bits that the padding cuts off must be zero (RFC 4648 section 3.5).
            if pads == 1 && word & 0xFF != 0 || pads == 2 && word & 0xFFFF != 0 { return nil }
            output.append(UInt8(truncatingIfNeeded: word >> 16))
            if pads < 2 { output.append(UInt8(truncatingIfNeeded: word >> 8)) }
            if pads < 1 { output.append(UInt8(truncatingIfNeeded: word)) }
            index += 4
        }
        return output
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
