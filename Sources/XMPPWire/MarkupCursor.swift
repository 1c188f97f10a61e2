/// Walks over the tags of an element that another parser has found whole, and says where everything stands. Knows
/// XML's outer shape; does not check names, references or that end tags match. For rare elements: it copies and allocates.
struct MarkupCursor {
    let bytes: [UInt8]
    private(set) var position = 0

    struct Attribute: Equatable {
        let name: Range<Int>
        /// Between the quotes.
        let value: Range<Int>
        /// From the name to the closing quote.
        var whole: Range<Int> { name.lowerBound..<(value.upperBound + 1) }
    }

    struct Tag: Equatable {
        /// From `<` to `>`.
        let range: Range<Int>
        let name: Range<Int>
        let attributes: [Attribute]
        /// `<a/>`
        let isEmpty: Bool
    }

    enum Token: Equatable {
        case start(Tag)
        case end(Range<Int>)
        /// Character data as it is written, CDATA sections with their marks.
        case text(Range<Int>)
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next token, or nil at the end.
    mutating func next() throws(XMLFailure) -> Token? {
        guard position < bytes.count else { return nil }
        let start = position
        if bytes[start] != UInt8(ascii: "<") {
            position = index(of: UInt8(ascii: "<"), from: start) ?? bytes.count
            return .text(start..<position)
        }
        guard start + 1 < bytes.count else { throw .notWellFormed }
        switch bytes[start + 1] {
        case UInt8(ascii: "/"):
            guard let close = index(of: UInt8(ascii: ">"), from: start) else { throw .notWellFormed }
            position = close + 1
            return .end(start..<position)
        case UInt8(ascii: "!"):
            position = try endOfCDATA(from: start)
            return .text(start..<position)
        case UInt8(ascii: "?"):
            throw .restrictedXML
        default:
            return .start(try startTag(from: start))
        }
    }

    private func index(of byte: UInt8, from start: Int) -> Int? {
        bytes[start...].firstIndex(of: byte)
    }

    private func endOfCDATA(from start: Int) throws(XMLFailure) -> Int {
        guard bytes[start...].starts(with: "<![CDATA[".utf8) else { throw .restrictedXML }
        var from = start + 9
        while let close = index(of: UInt8(ascii: ">"), from: from) {
            if close >= start + 11 && bytes[close - 1] == UInt8(ascii: "]") && bytes[close - 2] == UInt8(ascii: "]") {
                return close + 1
            }
            from = close + 1
        }
        throw .notWellFormed
    }

    private mutating func startTag(from start: Int) throws(XMLFailure) -> Tag {
        let tag = try Self.tag(bytes.span, at: start)
        position = tag.range.upperBound
        return tag
    }

    private static func tag(_ bytes: Span<UInt8>, at start: Int) throws(XMLFailure) -> Tag {
        var reader = try TagReader(bytes, at: start)
        var attributes: [Attribute] = []
        while let attribute = try reader.next(bytes) { attributes.append(attribute) }
        return Tag(
            range: start..<reader.position, name: reader.name, attributes: attributes, isEmpty: reader.isEmpty)
    }
}
