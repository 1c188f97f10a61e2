internal import Bytes

/// The start tag of `<body/>`, taken apart: where each attribute stands. Stricter than XML, so that what it accepts is XML
/// for certain: names in ASCII, every prefix declared in the tag itself. Knows no meaning of any attribute.
struct BodyTag {
    struct Attribute {
        let name: Range<Int>
        /// Length of the prefix, without the colon; 0 for none.
        let prefixLength: Int
        let value: Range<Int>

        /// From the name to the closing quote.
        var whole: Range<Int> { name.lowerBound..<value.upperBound + 1 }
    }

    /// Attributes beyond what the specifications know, several times over; they are compared with each other.
    private static let maxAttributes = 64

    private(set) var name = 0..<0
    private(set) var attributes: [Attribute] = []
    /// After `>`.
    private(set) var end = 0
    private(set) var isEmpty = false

    /// Reads the tag that begins at `start`; false when it is malformed.
    mutating func read(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        attributes.removeAll(keepingCapacity: true)
        guard start < bytes.count, bytes[start] == UInt8(ascii: "<") else { return false }
        name = Self.name(bytes, from: start + 1)
        guard Self.prefixLength(bytes, name) != nil else { return false }
        var at = name.upperBound
        while true {
            let afterSpace = MarkupByte.skipSpace(bytes, at)
            guard afterSpace < bytes.count else { return false }
            switch bytes[afterSpace] {
            case UInt8(ascii: ">"):
                (end, isEmpty) = (afterSpace + 1, false)
                return allDifferent(bytes)
            case UInt8(ascii: "/"):
                guard afterSpace + 1 < bytes.count, bytes[afterSpace + 1] == UInt8(ascii: ">") else { return false }
                (end, isEmpty) = (afterSpace + 2, true)
                return allDifferent(bytes)
            default:
                guard afterSpace > at, attributes.count < Self.maxAttributes,
                    let attribute = Self.attribute(bytes, from: afterSpace)
                else { return false }
                attributes.append(attribute)
                at = attribute.whole.upperBound
            }
        }
    }

    /// Namespace declarations; each element inside is searched for each prefix.
    static let maxDeclarations = 16
    /// Bytes of a namespace's name: it may have to be copied into each element inside.
    static let maxNamespace = 1_024

    /// How many namespaces the tag declares.
    func declarations(in bytes: Span<UInt8>) -> Int {
        attributes.count { Self.declared($0, bytes) != nil }
    }

    /// The attribute that declares `prefix`, or the default namespace when it is empty.
    func declaration(of prefix: Span<UInt8>, in bytes: Span<UInt8>) -> Attribute? {
        attributes.first { attribute in
            guard let declared = Self.declared(attribute, bytes) else { return false }
            return MarkupByte.equal(bytes.extracting(declared), prefix)
        }
    }

    /// The prefix that an attribute declares, empty for the default namespace; nil when it declares none.
    static func declared(_ attribute: Attribute, _ bytes: Span<UInt8>) -> Range<Int>? {
        let name = attribute.name
        if attribute.prefixLength == 0 {
            return ASCII.equal(bytes.extracting(name), "xmlns") ? name.upperBound..<name.upperBound : nil
        }
        let prefix = name.lowerBound..<name.lowerBound + attribute.prefixLength
        return ASCII.equal(bytes.extracting(prefix), "xmlns") ? prefix.upperBound + 1..<name.upperBound : nil
    }

    private func allDifferent(_ bytes: Span<UInt8>) -> Bool {
        for (index, attribute) in attributes.enumerated() {
            for other in attributes[..<index]
            where MarkupByte.equal(bytes.extracting(attribute.name), bytes.extracting(other.name)) {
                return false
            }
        }
        return true
    }

    private static func attribute(_ bytes: Span<UInt8>, from start: Int) -> Attribute? {
        let name = name(bytes, from: start)
        guard let prefixLength = prefixLength(bytes, name) else { return nil }
        var at = MarkupByte.skipSpace(bytes, name.upperBound)
        guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { return nil }
        at = MarkupByte.skipSpace(bytes, at + 1)
        guard at < bytes.count, MarkupByte.isQuote(bytes[at]) else { return nil }
        let quote = bytes[at]
        let valueStart = at + 1
        at = valueStart
        while at < bytes.count, bytes[at] != quote {
            // XML forbids `<` in values, and control characters everywhere.
            if bytes[at] == UInt8(ascii: "<") || bytes[at] < 0x20 && !MarkupByte.isSpace(bytes[at]) { return nil }
            at += 1
        }
        guard at < bytes.count else { return nil }
        return Attribute(name: name, prefixLength: prefixLength, value: valueStart..<at)
    }

    private static func name(_ bytes: Span<UInt8>, from start: Int) -> Range<Int> {
        var at = start
        while at < bytes.count, MarkupByte.isNameByte(bytes[at]) { at += 1 }
        return start..<at
    }

    /// Where the colon is: 0 for no prefix; nil when `name` is no name.
    private static func prefixLength(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Int? {
        guard !name.isEmpty, MarkupByte.startsName(bytes[name.lowerBound]) else { return nil }
        guard let colon = ASCII.firstIndex(of: UInt8(ascii: ":"), in: bytes.extracting(name)) else { return 0 }
        let local = name.lowerBound + colon + 1
        guard local < name.upperBound, MarkupByte.startsName(bytes[local]) else { return nil }
        let rest = bytes.extracting(local..<name.upperBound)
        return ASCII.firstIndex(of: UInt8(ascii: ":"), in: rest) == nil ? colon : nil
    }
}
