/// The short way through the usual stanza of a browser: plain names, plain attributes, text. Knows when to give up; what it
/// takes is well-formed and allowed in a stream without a doubt, and everything else is libxml2's to judge.
internal import Bytes

struct UsualStanza {
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private let limits: XMLLimits
    private var index = 0
    private var depth = 0
    private var elements = 0
    private var isIQ = false

    /// Open elements here; real stanzas have five.
    private static let maxDepth = 16
    /// Attributes of one element here: each name is compared with all before it.
    private static let maxAttributes = 8
    /// Bytes of a name or a namespace's name here.
    private static let maxName = 255

    /// Whether `element` is a `message`, `presence` or `iq` in `jabber:client` that `StanzaChecker` would pass on as it
    /// is. No means: not known here.
    /// - Parameter element: UTF-8.
    static func matches(_ element: Span<UInt8>, _ limits: XMLLimits) -> Bool {
        guard limits.depth >= maxDepth, limits.namespaces >= maxDepth, limits.attributes >= maxAttributes,
            limits.nameLength >= maxName
        else { return false }
        // Every place below is compared with the count before it is read: a span would compare a second time.
        return element.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return false }
            return withUnsafeTemporaryAllocation(of: Name.self, capacity: maxDepth) { open in
                withUnsafeTemporaryAllocation(of: UInt64.self, capacity: maxAttributes) { keys in
                    guard let open = open.baseAddress, let keys = keys.baseAddress else { return false }
                    var stanza = UsualStanza(base: base, count: bytes.count, limits: limits)
                    return stanza.isUsual(open, keys)
                }
            }
        }
    }

    private init(base: UnsafePointer<UInt8>, count: Int, limits: XMLLimits) {
        self.base = base
        self.count = count
        self.limits = limits
    }

    /// The first seven bytes of a name and its length, and where it stands.
    private struct Name {
        let key: UInt64
        let start: Int

        var length: Int { Int(key >> 56) }
    }

    /// - Parameters:
    ///   - open: room for the names of open elements.
    ///   - keys: room for the names of one tag's attributes.
    private mutating func isUsual(_ open: UnsafeMutablePointer<Name>, _ keys: UnsafeMutablePointer<UInt64>) -> Bool {
        repeat {
            // At a `<` in each round; the first byte may be anything.
            guard index &+ 1 < count, base[index] == UInt8(ascii: "<") else { return false }
            index &+= 1
            if base[index] == UInt8(ascii: "/") {
                guard depth > 0 else { return false }
                index &+= 1
                depth &-= 1
                guard takeEndTag(open[depth]) else { return false }
            } else {
                guard let name = takeStartTag(keys) else { return false }
                if !isEmpty {
                    guard depth < Self.maxDepth else { return false }
                    (open + depth).initialize(to: name)
                    depth &+= 1
                }
            }
            if depth == 0 { return index == count }
        } while skipText()
        return false
    }

    /// `/>` has ended the tag before `index`.
    private var isEmpty: Bool { base[index &- 2] == UInt8(ascii: "/") }

    // MARK: Tags

    /// The rest of an end tag, which must be that of `name`.
    @inline(__always)
    private mutating func takeEndTag(_ name: Name) -> Bool {
        let length = name.length
        guard length < count &- index, key(index, length) == name.key else { return false }
        var place = 7
        while place < length {
            guard base[index &+ place] == base[name.start &+ place] else { return false }
            place &+= 1
        }
        index &+= length
        guard base[index] == UInt8(ascii: ">") else { return false }
        index &+= 1
        return true
    }

    /// The rest of a start tag, up to behind its `>`.
    @inline(__always)
    private mutating func takeStartTag(_ keys: UnsafeMutablePointer<UInt64>) -> Name? {
        guard let name = takeName() else { return nil }
        elements &+= 1
        guard elements <= limits.elements, depth > 0 || isStanza(name) else { return nil }
        // What may be a login of old (XEP-0078).
        if depth == 1, isIQ, name.key == Self.key("query") { return nil }
        var isInClient = depth > 0
        var attributes = 0
        while index < count {
            switch base[index] {
            case UInt8(ascii: ">"):
                index &+= 1
                return isInClient ? name : nil
            case UInt8(ascii: "/"):
                guard index &+ 1 < count, base[index &+ 1] == UInt8(ascii: ">") else { return nil }
                index &+= 2
                return isInClient ? name : nil
            case UInt8(ascii: " "):
                index &+= 1
                guard index < count else { return nil }
                // More white space, or the end of the tag.
                if base[index] <= UInt8(ascii: ">") { continue }
                guard attributes < Self.maxAttributes, let attribute = takeAttributeName() else { return nil }
                for other in 0..<attributes where keys[other] == attribute { return nil }
                (keys + attributes).initialize(to: attribute)
                attributes &+= 1
                guard let value = takeValue() else { return nil }
                if attribute == Self.key("xmlns") {
                    guard isNamespace(value) else { return nil }
                    isInClient = true
                }
            default:
                return nil
            }
        }
        return nil
    }

    /// Remembers which one.
    private mutating func isStanza(_ name: Name) -> Bool {
        isIQ = name.key == Self.key("iq")
        if isIQ || name.key == Self.key("message") { return true }
        return name.key == Self.key("presenc", length: 8) && base[name.start &+ 7] == UInt8(ascii: "e")
    }

    /// A name without a prefix in ASCII, with what ends it still to come; nil for any other.
    @inline(__always)
    private mutating func takeName() -> Name? {
        let start = index
        guard isNameByte(base[start]), base[start] > UInt8(ascii: "9") else { return nil }
        index = endOfName(start)
        guard index < count, index &- start <= Self.maxName else { return nil }
        return Name(key: key(start, index &- start), start: start)
    }

    /// The first place at or after `start` that is no part of a name in ASCII. Not inlined, as all that loops here: the
    /// whole in one would run out of registers.
    @inline(never)
    private func endOfName(_ start: Int) -> Int {
        var place = start
        while true {
            place = ByteSearch.endOfLetters(base, place, count)
            guard place < count, isNameByte(base[place]) else { return place }
            place &+= 1
        }
    }

    /// The key of an attribute's name, `=` included in what is taken.
    @inline(__always)
    private mutating func takeAttributeName() -> UInt64? {
        guard let name = takeName() else { return nil }
        var key = name.key
        if base[index] == UInt8(ascii: ":") {
            // The one prefix that needs no declaration, with the one name that is in use.
            guard key == Self.key("xml"), count &- index > 6, self.key(index &+ 1, 4) == Self.key("lang"),
                base[index &+ 5] == UInt8(ascii: "=")
            else { return nil }
            index &+= 5
            key = self.key(name.start, 8)
        }
        guard base[index] == UInt8(ascii: "=") else { return nil }
        index &+= 1
        return key
    }

    /// `0-9 A-Z a-z - . _`
    @inline(__always)
    private func isNameByte(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03FF_6000_0000_0000
        let high: UInt64 = 0x07FF_FFFE_87FF_FFFE
        return byte < 128 && ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 == 1
    }

    /// A stanza is in `jabber:client`; what is inside may say otherwise, but not that it is in no namespace.
    private func isNamespace(_ value: Range<Int>) -> Bool {
        let text = UnsafeBufferPointer(start: base + value.lowerBound, count: value.count).span
        if depth == 0 { return ASCII.equal(text, "jabber:client") }
        guard value.count > 0, value.count <= Self.maxName, ASCII.firstIndex(of: UInt8(ascii: "&"), in: text) == nil
        else { return false }
        // Two names there are not for everybody (Namespaces in XML 1.0 section 3).
        let reserved: StaticString = "http://www.w3.org/"
        let size = reserved.utf8CodeUnitCount
        return value.count < size || !ASCII.equal(text.extracting(0..<size), reserved)
    }

    // MARK: Text

    /// The quoted value at `index`; nil if something in it needs a closer look.
    @inline(__always)
    private mutating func takeValue() -> Range<Int>? {
        guard index < count, XMLText.isQuote(base[index]) else { return nil }
        let quote = base[index]
        let start = index &+ 1
        index = start
        repeat {
            index = endOfPlain(quote, UInt8(ascii: "<"), index)
            guard index < count else { return nil }
            if base[index] == quote {
                index &+= 1
                return Range(uncheckedBounds: (start, index &- 1))
            }
        } while base[index] != UInt8(ascii: "<") && skipSpecial()
        return nil
    }

    /// Character data up to the next `<`; false if something in it needs a closer look or nothing follows.
    @inline(__always)
    private mutating func skipText() -> Bool {
        repeat {
            guard index &+ 1 < count else { return false }
            if base[index] != UInt8(ascii: "<") { index = endOfPlain(UInt8(ascii: "<"), UInt8(ascii: "]"), index) }
            guard index &+ 1 < count else { return false }
            if base[index] == UInt8(ascii: "<") { return true }
        } while skipSpecial()
        return false
    }

    @inline(never)
    private func endOfPlain(_ one: UInt8, _ other: UInt8, _ start: Int) -> Int {
        ByteSearch.findSpecial(one, other, base, start, count)
    }

    /// Steps over a bracket, a line end, a tab, one of the five references that XML defines, or a character that begins like
    /// U+FFFE.
    @inline(never)
    private mutating func skipSpecial() -> Bool {
        switch base[index] {
        case UInt8(ascii: "]"):
            // `]]>` must not stand in text (XML 1.0 section 2.4).
            guard index &+ 1 < count, base[index &+ 1] != UInt8(ascii: "]") else { return false }
            index &+= 1
            return true
        case UInt8(ascii: "&"):
            return skipReference()
        case 0x09, 0x0A, 0x0D:
            index &+= 1
            return true
        case 0xEF:
            guard count &- index > 2, base[index &+ 1] != 0xBF || base[index &+ 2] < 0xBE else { return false }
            index &+= 3
            return true
        default:
            return false
        }
    }

    private mutating func skipReference() -> Bool {
        let rest = UnsafeBufferPointer(start: base + index, count: count &- index).span
        for reference: StaticString in ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"] {
            let size = reference.utf8CodeUnitCount
            if rest.count >= size, ASCII.equal(rest.extracting(0..<size), reference) {
                index &+= size
                return true
            }
        }
        return false
    }

    // MARK: Keys

    /// The first seven bytes and, above them, the length, which is at most 255.
    @inline(__always)
    private func key(_ start: Int, _ length: Int) -> UInt64 {
        var bytes: UInt64 = 0
        if count &- start >= 8 {
            bytes = UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: start, as: UInt64.self))
        } else {
            for place in 0..<min(7, count &- start) { bytes |= UInt64(base[start &+ place]) &<< UInt64(8 &* place) }
        }
        let size = UInt64(truncatingIfNeeded: min(length, 7))
        return bytes & ((1 &<< (8 &* size)) &- 1) | UInt64(truncatingIfNeeded: length) &<< 56
    }

    /// The same of a name that is known.
    @inline(__always)
    private static func key(_ name: StaticString, length: Int? = nil) -> UInt64 {
        let size = name.utf8CodeUnitCount
        var bytes: UInt64 = 0
        for place in 0..<size { bytes |= UInt64(name.utf8Start[place]) &<< UInt64(8 &* place) }
        return bytes | UInt64(truncatingIfNeeded: length ?? size) &<< 56
    }
}
