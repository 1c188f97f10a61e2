internal import Bytes

/// Comma-separated lists of tokens in header fields (RFC 9110 section 5.6.1). Knows no quoted strings: the fields read
/// with it have none.
enum TokenList {
    /// Whether `list` has an element that `matches`; elements come without surrounding whitespace.
    static func contains(_ list: Span<UInt8>, where matches: (Span<UInt8>) -> Bool) -> Bool {
        var start = 0
        while start < list.count {
            let end = ASCII.firstIndex(of: UInt8(ascii: ","), in: list, from: start) ?? list.count
            if matches(list.extracting(trimmed(list, start..<end))) { return true }
            start = end + 1
        }
        return false
    }

    private static func trimmed(_ list: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isSpace(list[start]) { start += 1 }
        while start < end, isSpace(list[end - 1]) { end -= 1 }
        return start..<end
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
