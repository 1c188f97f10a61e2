internal import Crypto

/// The name of a session: 160 random bits, the reactor it lives on and, where several nodes share one address, a tag of the
/// node. Written with letters, digits, `-`, `_` and `.` only, so that it needs no escaping anywhere. Knows no session.
package struct SessionID: Hashable, Sendable {
    /// The reactor that owns the session.
    package let home: UInt16
    /// The node that owns it, up to eight characters of the alphabet; 0 for none. A balancer reads it up to the dot.
    private let node: UInt64
    private let random: (UInt64, UInt64, UInt32)

    /// Characters behind the node tag: 22 bytes in base64url.
    private static let coreLength = 30
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// A name nobody can guess.
    /// - Parameter node: up to eight letters and digits, `-` or `_`.
    package init(home: UInt16, node: StaticString = "") {
        precondition(node.utf8CodeUnitCount <= 8, "a node tag has at most eight characters")
        self.home = home
        self.node = node.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1) } }
        let bytes = SecureRandom.bytes(20)
        random = Self.numbers(bytes.span)
    }

    /// The name that `text` spells, or nil: then it never was one of ours.
    package init?(_ text: Span<UInt8>) {
        var start = 0
        var node: UInt64 = 0
        if text.count > Self.coreLength {
            guard text.count <= Self.coreLength + 9 else { return nil }
            start = text.count - Self.coreLength
            guard start > 1, text[start - 1] == UInt8(ascii: ".") else { return nil }
            for index in 0..<start - 1 {
                guard Self.value(of: text[index]) != nil else { return nil }
                node = node << 8 | UInt64(text[index])
            }
        }
        guard text.count - start == Self.coreLength else { return nil }
        var bytes: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var bits: UInt64 = 0
        // 30 characters of 6 bits: 176 bits and 4 that must be zero.
        for index in 0..<Self.coreLength {
            guard let value = Self.value(of: text[start + index]) else { return nil }
            bits = bits << 6 | UInt64(value)
            switch index {
            case 9: (bytes.0, bits) = (bits, 0)
            case 19: (bytes.1, bits) = (bits, 0)
            case 29: bytes.2 = bits
            default: break
            }
        }
        guard bytes.2 & 0xF == 0 else { return nil }
        self.node = node
        home = UInt16(truncatingIfNeeded: bytes.0 >> 44)
        random = (
            bytes.0 << 20 | bytes.1 >> 40, bytes.1 << 24 | bytes.2 >> 36, UInt32(truncatingIfNeeded: bytes.2 >> 4)
        )
    }

    /// The text of the `sid` attribute.
    package var text: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(Self.coreLength + 9)
        var shift = 56
        while shift >= 0 {
            let byte = UInt8(truncatingIfNeeded: node >> UInt64(shift))
            if byte != 0 { output.append(byte) }
            shift -= 8
        }
        if node != 0 { output.append(UInt8(ascii: ".")) }
        // The 176 bits in three words of ten characters each.
        let words = (
            UInt64(home) << 44 | random.0 >> 20,
            (random.0 & 0xF_FFFF) << 40 | random.1 >> 24,
            (random.1 & 0xFF_FFFF) << 36 | UInt64(random.2) << 4
        )
        for word in [words.0, words.1, words.2] {
            for place in 0..<10 {
                output.append(Self.alphabet[Int(word >> UInt64(54 - 6 * place) & 0x3F)])
            }
        }
        return output
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.home == right.home && left.node == right.node && left.random == right.random
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(random.0)
        hasher.combine(random.1)
    }

    private static func numbers(_ bytes: Span<UInt8>) -> (UInt64, UInt64, UInt32) {
        var result: (UInt64, UInt64, UInt32) = (0, 0, 0)
        for index in 0..<8 {
            result.0 = result.0 << 8 | UInt64(bytes[index])
            result.1 = result.1 << 8 | UInt64(bytes[index + 8])
        }
        for index in 16..<20 { result.2 = result.2 << 8 | UInt32(bytes[index]) }
        return result
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
