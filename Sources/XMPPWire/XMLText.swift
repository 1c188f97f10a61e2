/// Characters of XML 1.0: which are white space, and how text is escaped and read back. Knows no tags.
enum XMLText {
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    /// Whether `byte` cannot be part of a name inside a tag.
    static func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "/"), UInt8(ascii: ">"), UInt8(ascii: "<"): true
        default: isSpace(byte) || isQuote(byte)
        }
    }

    /// Appends `text` so that it stands between quotes of either kind or between tags and reads back as it was. `>` is
    /// escaped as well: Openfire's framing takes it for the end of the tag. What XML cannot carry becomes U+FFFD.
    static func appendEscaped(_ text: String, to output: inout [UInt8]) {
        var text = text
        let isPlain = text.withUTF8 { bytes in
            guard bytes.allSatisfy({ Self.isPlain($0) }) else { return false }
            output += bytes
            return true
        }
        if !isPlain { appendCharacters(text, to: &output) }
    }

    /// A character of ASCII that stands for itself everywhere.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: byte >= 0x20 && byte < 0x7F
        }
    }

    private static func appendCharacters(_ text: String, to output: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;".utf8
            case "<": output += "&lt;".utf8
            case ">": output += "&gt;".utf8
            case "\"": output += "&quot;".utf8
            case "'": output += "&apos;".utf8
            case "\t": output += "&#9;".utf8
            case "\n": output += "&#10;".utf8
            case "\r": output += "&#13;".utf8
            default:
                output +=
                    UTF8.encode(isCharacter(scalar.value) ? scalar : "\u{FFFD}") ?? UTF8.encodedReplacementCharacter
            }
        }
    }

    /// Whether XML 1.0 section 2.2 allows the character.
    static func isCharacter(_ value: UInt32) -> Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// The text that an attribute value or character data means: references resolved, white space as XML 1.0 section
    /// 3.3.3 wants it when `isAttribute`. A reference that is none stays as it is written.
    static func decode(_ bytes: ArraySlice<UInt8>, isAttribute: Bool) -> String {
        bytes.withUnsafeBufferPointer { decode($0, isAttribute: isAttribute) }
    }

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, isAttribute: Bool) -> String {
        let isPlain = bytes.allSatisfy { $0 != UInt8(ascii: "&") && (!isAttribute || $0 >= 0x20) }
        return isPlain ? String(decoding: bytes, as: UTF8.self) : resolved(Array(bytes)[...], isAttribute: isAttribute)
    }

    private static func resolved(_ bytes: ArraySlice<UInt8>, isAttribute: Bool) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.first {
            if byte == UInt8(ascii: "&"), let end = rest.prefix(maxReference).firstIndex(of: UInt8(ascii: ";")),
                let scalar = resolve(rest[(rest.startIndex + 1)..<end])
            {
                output += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                rest = rest[(end + 1)...]
                continue
            }
            output.append(isAttribute && isSpace(byte) ? 0x20 : byte)
            rest = rest.dropFirst()
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// `&#x10FFFF;` with some leading zeros.
    private static let maxReference = 16

    private static func resolve(_ name: ArraySlice<UInt8>) -> Unicode.Scalar? {
        switch String(decoding: name, as: UTF8.self) {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        case let other where other.hasPrefix("#x"):
            return UInt32(other.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
        case let other where other.hasPrefix("#"):
            return UInt32(other.dropFirst(1), radix: 10).flatMap(Unicode.Scalar.init)
        default: return nil
        }
    }
}
