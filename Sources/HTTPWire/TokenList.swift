/// Comma-separated lists in field values (RFC 9110 section 5.6.1). Knows quoted strings as far as that a comma in them
/// does not separate.
enum TokenList {
    /// Whether `list` has an element that `matches`; empty elements are passed over.
    static func contains(_ list: Span<UInt8>, where matches: (Span<UInt8>) -> Bool) -> Bool {
        var start = 0
        while start < list.count {
            let end = elementEnd(list, from: start)
            let element = trimmed(list, start..<end)
            if !element.isEmpty && matches(list.extracting(element)) { return true }
            start = end + 1
        }
        return false
    }

    private static func elementEnd(_ list: Span<UInt8>, from start: Int) -> Int {
        var index = start
        var isQuoted = false
        while index < list.count {
            if list[index] == Characters.quote { isQuoted.toggle() }
            if list[index] == Characters.comma && !isQuoted { return index }
            index += 1
        }
        return index
    }

    /// The part of `range` without surrounding white space.
    static func trimmed(_ span: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, Characters.isBlank(span[start]) { start += 1 }
        while start < end, Characters.isBlank(span[end - 1]) { end -= 1 }
        return start..<end
    }
}
