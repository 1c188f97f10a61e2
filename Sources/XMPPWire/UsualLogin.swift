/// The short way through what a browser says at every login: `<open/>`, SASL's `<auth/>` and `<response/>`. Knows when to give
/// up; what it takes is well-formed and allowed without a doubt, and everything else is libxml2's to judge.
internal import Bytes

struct UsualLogin {
    private(set) var kind = CheckedElement.Kind.other
    /// What `<open/>` says.
    private(set) var opening = OpenAttributes()
    private var index = 1
    /// Attributes that were there, one bit each.
    private var seen = Seen()

    private struct Seen: OptionSet {
        let rawValue: UInt8
        static let namespace = Seen(rawValue: 1)
        static let to = Seen(rawValue: 2)
        static let from = Seen(rawValue: 4)
        static let version = Seen(rawValue: 8)
        static let language = Seen(rawValue: 16)
        static let mechanism = Seen(rawValue: 32)
    }

    private enum Root {
        case open, auth, response

        var name: StaticString {
            switch self {
            case .open: "open"
            case .auth: "auth"
            case .response: "response"
            }
        }

        var namespace: StaticString {
            switch self {
            case .open: Namespace.framing
            case .auth, .response: Namespace.sasl
            }
        }
    }

    /// Bytes of an element here: a login with SCRAM has some hundred.
    private static let maxElement = 1_024

    /// Nil for what is not known here.
    init?(_ element: Span<UInt8>, _ limits: XMLLimits) {
        guard element.count <= Self.maxElement, limits.depth > 0, limits.elements > 0, limits.namespaces > 0,
            limits.attributes >= 8, limits.nameLength >= 64, let root = takeRoot(element)
        else { return nil }
        guard let isEmpty = takeAttributes(element, root), seen.contains(.namespace) else { return nil }
        guard isEmpty || takeContent(element, root), index == element.count else { return nil }
        switch root {
        case .open: kind = .open
        case .auth: kind = .saslStart
        case .response: kind = .other
        }
    }

    private mutating func takeRoot(_ element: Span<UInt8>) -> Root? {
        guard element.count > 1 else { return nil }
        let root: Root
        switch element[1] {
        case UInt8(ascii: "o"): root = .open
        case UInt8(ascii: "a"): root = .auth
        case UInt8(ascii: "r"): root = .response
        default: return nil
        }
        return take(root.name, element) ? root : nil
    }

    /// Whether `text` stands next, and steps over it.
    private mutating func take(_ text: StaticString, _ element: Span<UInt8>) -> Bool {
        let end = index + text.utf8CodeUnitCount
        guard end <= element.count, ASCII.equal(element.extracting(index..<end), text) else { return false }
        index = end
        return true
    }

    /// To the end of the start tag; whether it is that of an empty element.
    private mutating func takeAttributes(_ element: Span<UInt8>, _ root: Root) -> Bool? {
        while index < element.count {
            switch element[index] {
            case UInt8(ascii: ">"):
                index += 1
                return false
            case UInt8(ascii: "/"):
                return take("/>", element) ? true : nil
            case UInt8(ascii: " "):
                index += 1
                // More white space, or the end of the tag.
                guard index < element.count, element[index] > UInt8(ascii: ">") else { continue }
                guard takeAttribute(element, root) else { return nil }
            default:
                return nil
            }
        }
        return nil
    }

    private mutating func takeAttribute(_ element: Span<UInt8>, _ root: Root) -> Bool {
        guard let equals = ASCII.firstIndex(of: UInt8(ascii: "="), in: element, from: index) else { return false }
        let name = element.extracting(index..<equals)
        index = equals + 1
        guard let range = takeValue(element) else { return false }
        let value = element.extracting(range)
        if ASCII.equal(name, "xmlns") { return note(.namespace) && ASCII.equal(value, root.namespace) }
        guard case .open = root else { return ASCII.equal(name, "mechanism") && note(.mechanism) }
        if ASCII.equal(name, "to") {
            opening.to = String(reading: value)
            return note(.to)
        } else if ASCII.equal(name, "version") {
            opening.version = String(reading: value)
            return note(.version)
        } else if ASCII.equal(name, "xml:lang") {
            opening.lang = String(reading: value)
            return note(.language)
        } else if ASCII.equal(name, "from") {
            opening.from = String(reading: value)
            return note(.from)
        }
        return false
    }

    /// False for one that was there before.
    private mutating func note(_ attribute: Seen) -> Bool { seen.insert(attribute).inserted }

    /// A quoted value of plain characters.
    private mutating func takeValue(_ element: Span<UInt8>) -> Range<Int>? {
        guard index < element.count, XMLText.isQuote(element[index]) else { return nil }
        let quote = element[index]
        let start = index + 1
        index = start
        while index < element.count, element[index] != quote {
            guard element[index] >= 0x20, element[index] < 0x7F, element[index] != UInt8(ascii: "<"),
                element[index] != UInt8(ascii: "&")
            else { return nil }
            index += 1
        }
        guard index < element.count else { return nil }
        index += 1
        return start..<(index - 1)
    }

    /// Base64, or nothing, and the end tag.
    private mutating func takeContent(_ element: Span<UInt8>, _ root: Root) -> Bool {
        if case .auth = root { skipBase64(element) }
        if case .response = root { skipBase64(element) }
        return take("</", element) && take(root.name, element) && take(">", element)
    }

    private mutating func skipBase64(_ element: Span<UInt8>) {
        while index < element.count {
            switch element[index] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                index += 1
            default:
                return
            }
        }
    }
}
