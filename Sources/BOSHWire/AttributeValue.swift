/// What an attribute's value means: references resolved, white space as XML 1.0 section 3.3.3 wants it. Knows the five
/// entities of XML and character references; everything else is malformed.
enum AttributeValue {
    /// Nil when a reference is none, or names a character that XML does not have.
    static func decode(_ bytes: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "&") {
                guard let (scalar, next) = reference(bytes, at + 1) else { return nil }
                output += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                at = next
            } else {
                output.append(MarkupByte.isSpace(byte) ? 0x20 : byte)
                at += 1
            }
        }
        return output
    }

    /// Longest name of a reference: `#x10FFFF` with some leading zeros.
    private static let maxReference = 16

    private static func reference(_ bytes: Span<UInt8>, _ start: Int) -> (Unicode.Scalar, Int)? {
        var end = start
        let limit = min(bytes.count, start + maxReference)
        while end < limit, bytes[end] != UInt8(ascii: ";") { end += 1 }
        guard end < limit else { return nil }
        return scalar(bytes.extracting(start..<end)).map { ($0, end + 1) }
    }

    private static func scalar(_ name: Span<UInt8>) -> Unicode.Scalar? {
        if name.count > 1, name[0] == UInt8(ascii: "#") {
            let value =
                name[1] == UInt8(ascii: "x")
                ? hexadecimal(name.extracting(2..<name.count))
                : StrictInteger.read(name.extracting(1..<name.count), limit: 0x10FFFF)
            return value.flatMap { isCharacter($0) ? Unicode.Scalar(UInt32(truncatingIfNeeded: $0)) : nil }
        }
        let entities: [(StaticString, Unicode.Scalar)] = [
            ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"),
        ]
        return entities.first { equal(name, $0.0) }?.1
    }

    private static func equal(_ name: Span<UInt8>, _ text: StaticString) -> Bool {
        guard name.count == text.utf8CodeUnitCount else { return false }
        for index in name.indices where name[index] != text.utf8Start[index] { return false }
        return true
    }

    private static func hexadecimal(_ digits: Span<UInt8>) -> UInt64? {
        guard digits.count > 0 else { return nil }
        var value: UInt64 = 0
        for index in digits.indices {
            let digit: UInt8
            switch digits[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = digits[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = digits[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = digits[index] - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
            if value > 0x10FFFF { return nil }
        }
        return value
    }

    /// XML 1.0 section 2.2.
    private static func isCharacter(_ value: UInt64) -> Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
