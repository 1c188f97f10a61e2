/// Reads one start tag in place: where its name and its attributes stand. Knows XML's outer shape; does not check names or
/// references, and copies nothing.
internal import Bytes

struct TagReader {
    /// From behind `<`.
    let name: Range<Int>
    /// What is read next; at the end of the tag the place behind `>`.
    private(set) var position: Int
    /// `<a/>`; known at the end of the tag.
    private(set) var isEmpty = false

    /// - Parameter start: where `<` stands in `bytes`, which are lent anew for each attribute.
    init(_ bytes: Span<UInt8>, at start: Int = 0) throws(XMLFailure) {
        name = Self.name(bytes, start + 1)
        position = name.upperBound
        guard !name.isEmpty else { throw .notWellFormed }
    }

    /// The next attribute, or nil at the end of the tag.
    mutating func next(_ bytes: Span<UInt8>) throws(XMLFailure) -> MarkupCursor.Attribute? {
        skipSpace(bytes)
        guard position < bytes.count else { throw .notWellFormed }
        switch bytes[position] {
        case UInt8(ascii: ">"):
            position += 1
            return nil
        case UInt8(ascii: "/"):
            guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: ">") else { throw .notWellFormed }
            position += 2
            isEmpty = true
            return nil
        default:
            return try attribute(bytes)
        }
    }

    private mutating func attribute(_ bytes: Span<UInt8>) throws(XMLFailure) -> MarkupCursor.Attribute {
        let name = Self.name(bytes, position)
        position = name.upperBound
        skipSpace(bytes)
        guard !name.isEmpty, position < bytes.count, bytes[position] == UInt8(ascii: "=") else { throw .notWellFormed }
        position += 1
        skipSpace(bytes)
        guard position < bytes.count, XMLText.isQuote(bytes[position]) else { throw .notWellFormed }
        let start = position + 1
        guard let close = ASCII.firstIndex(of: bytes[position], in: bytes, from: start) else { throw .notWellFormed }
        position = close + 1
        return MarkupCursor.Attribute(name: name, value: start..<close)
    }

    private static func name(_ bytes: Span<UInt8>, _ start: Int) -> Range<Int> {
        var end = start
        while end < bytes.count, !XMLText.endsName(bytes[end]) { end += 1 }
        return start..<max(start, end)
    }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while position < bytes.count, XMLText.isSpace(bytes[position]) { position += 1 }
    }
}

extension TagReader {
    /// Bytes of the prefix of a name, 0 for none.
    static func prefixLength(_ name: Span<UInt8>) -> Int {
        ASCII.firstIndex(of: UInt8(ascii: ":"), in: name) ?? 0
    }

    /// Whether an attribute of this name declares the prefix, the default namespace for an empty one.
    static func declares(_ prefix: Span<UInt8>, _ name: Span<UInt8>) -> Bool {
        guard name.count >= 5, ASCII.equal(name.extracting(0..<5), "xmlns") else { return false }
        if name.count == 5 { return prefix.isEmpty }
        guard name[5] == UInt8(ascii: ":"), !prefix.isEmpty, name.count == prefix.count + 6 else { return false }
        for index in prefix.indices where prefix[index] != name[index + 6] { return false }
        return true
    }

    /// Whether the value means `text`; one with references is read for it.
    static func value(_ value: Span<UInt8>, means text: StaticString) -> Bool {
        if ASCII.firstIndex(of: UInt8(ascii: "&"), in: value) == nil { return ASCII.equal(value, text) }
        return XMLText.decode(Array(copying: value)[...], isAttribute: true) == text.description
    }
}
