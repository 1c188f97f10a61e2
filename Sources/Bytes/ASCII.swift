/// Comparisons and searches of whole byte runs as ASCII text. Knows no protocol; other bytes compare as they are.
package enum ASCII {
    /// Whether `bytes` spell `text` exactly.
    package static func equal(_ bytes: Span<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        let start = text.utf8Start
        for index in bytes.indices where bytes[index] != start[index] { return false }
        return true
    }

    /// Whether `bytes` spell `text` when the case of ASCII letters is ignored; `text` is in lower case.
    package static func equalIgnoringCase(_ bytes: Span<UInt8>, lower text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        let start = text.utf8Start
        for index in bytes.indices where lower(bytes[index]) != start[index] { return false }
        return true
    }

    /// The first place of `byte` at or after `start`, or nil.
    package static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int = 0) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// `byte` with A-Z turned into a-z.
    package static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}

extension Array where Element == UInt8 {
    /// A copy of lent bytes.
    package init(copying bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { Array($0) }
    }
}

extension String {
    /// Lent bytes read as UTF-8; what is not UTF-8 becomes U+FFFD.
    package init(reading bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
