/// Which bytes may stand where in HTTP (RFC 9110 section 5.6, RFC 3986). Knows single bytes and their classes.
enum Characters {
    static let space = UInt8(ascii: " ")
    static let tab: UInt8 = 0x09
    static let carriageReturn: UInt8 = 0x0D
    static let lineFeed: UInt8 = 0x0A
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let quote = UInt8(ascii: "\"")

    /// One bit a byte for 0-63 and 64-127, made from the list of allowed characters.
    private static func isIn(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
        if byte < 64 { return low & (1 << UInt64(byte)) != 0 }
        return byte < 128 && high & (1 << UInt64(byte - 64)) != 0
    }

    /// `! # $ % & ' * + - . ^ _ ` | ~`, digits and letters (RFC 9110 section 5.6.2).
    static func isToken(_ byte: UInt8) -> Bool { isIn(byte, 0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }

    /// What a host with its port may consist of (RFC 3986 section 3.2.2): unreserved, sub-delims, `%`, `:`, `[`, `]`.
    static func isHost(_ byte: UInt8) -> Bool { isIn(byte, 0x2FFF_7FF2_0000_0000, 0x47FF_FFFE_AFFF_FFFE) }

    /// Space and tab.
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// Everything but control characters; a tab is allowed, bytes from 0x80 are opaque (RFC 9110 section 5.5).
    static func isValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == tab }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
