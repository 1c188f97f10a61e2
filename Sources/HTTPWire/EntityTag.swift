internal import Bytes

/// Entity tags and their two comparisons (RFC 9110 section 8.8.3). Knows their syntax; does not know what they stand for.
package enum EntityTag {
    /// Whether a list such as If-None-Match names our strong tag, given with its quotes; `*` names every tag.
    /// - Parameter weakly: weak tags count too; If-None-Match compares so, If-Match does not.
    static func list(_ list: Span<UInt8>, names tag: Span<UInt8>, weakly: Bool) -> Bool {
        if ASCII.equal(list.extracting(TokenList.trimmed(list, 0..<list.count)), "*") { return true }
        return TokenList.contains(list) { element in
            let isWeak = element.count > 2 && element[0] == UInt8(ascii: "W") && element[1] == UInt8(ascii: "/")
            if isWeak && !weakly { return false }
            return equal(isWeak ? element.extracting(2...) : element, tag)
        }
    }

    static func equal(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }
}
