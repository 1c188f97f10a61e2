/// Finds names and contents in elements of a server that is trusted to write XML. Knows just enough markup for login;
/// messages under load go through `StanzaTag`.
internal import Bytes

package enum ElementText {
    /// The local name of the element.
    static func name(_ element: Span<UInt8>) -> Name {
        var start = 1
        var end = 1
        while end < element.count, !endsName(element[end]) {
            if element[end] == UInt8(ascii: ":") { start = end + 1 }
            end += 1
        }
        let name = element.extracting(min(start, element.count)..<min(end, element.count))
        return Name.allCases.first { ASCII.equal(name, $0.text) } ?? .other
    }

    /// The elements that a client has to tell apart.
    enum Name: CaseIterable {
        case message, iq, presence, features, challenge, success, failure, error, open, close, other

        fileprivate var text: StaticString {
            switch self {
            case .message: "message"
            case .iq: "iq"
            case .presence: "presence"
            case .features: "features"
            case .challenge: "challenge"
            case .success: "success"
            case .failure: "failure"
            case .error: "error"
            case .open: "open"
            case .close: "close"
            case .other: ""
            }
        }
    }

    /// What stands between the first start tag and the last end tag.
    static func content(_ element: Span<UInt8>) -> [UInt8] {
        var end = element.count
        while end > 0, element[end - 1] != UInt8(ascii: "<") { end -= 1 }
        guard let open = ASCII.firstIndex(of: UInt8(ascii: ">"), in: element), end > open + 1,
            element[max(open - 1, 0)] != UInt8(ascii: "/")
        else { return [] }
        return Array(copying: element.extracting((open + 1)..<(end - 1)))
    }

    /// The name of the first child, which is what failures and errors say (RFC 6120 sections 4.9.3, 6.5 and 8.3.3).
    /// - Parameter name: of the element below this one that has the child; nil for this one.
    package static func condition(of element: Span<UInt8>, below name: String? = nil) -> String? {
        let text = String(reading: element)
        let start = name.map { text.firstRange(of: "<\($0)")?.upperBound } ?? text.startIndex
        guard let start, let end = text[start...].firstIndex(of: ">"),
            let child = text[end...].firstIndex(of: "<")
        else { return nil }
        let condition = text[text.index(after: child)...].prefix { $0.isLetter || $0.isNumber || "-_:".contains($0) }
        return condition.isEmpty ? nil : String(condition)
    }

    /// The texts of all elements of that name.
    package static func texts(of name: String, in element: Span<UInt8>) -> [String] {
        let tag = "<\(name)>"
        var texts: [String] = []
        var end = 0
        while let place = place(of: tag, in: element, from: end) {
            let start = place + tag.utf8.count
            end = ASCII.firstIndex(of: UInt8(ascii: "<"), in: element, from: start) ?? element.count
            texts.append(String(reading: element.extracting(start..<end)))
        }
        return texts
    }

    /// Whether the stream ends with this element. Stanzas begin with other letters.
    package static func isStreamError(_ element: Span<UInt8>) -> Bool {
        element.count > 2 && (element[1] == UInt8(ascii: "s") || element[1] == UInt8(ascii: "e"))
            && name(element) == .error
    }

    /// The text of the first element of that name below this one; nil without one.
    static func text(of name: String, in element: Span<UInt8>) -> String? {
        guard let start = place(of: "<\(name)", in: element),
            let open = ASCII.firstIndex(of: UInt8(ascii: ">"), in: element, from: start),
            let close = place(of: "</\(name)>", in: element, from: open)
        else { return nil }
        return String(reading: element.extracting((open + 1)..<close))
    }

    /// Where `text` stands first, at or after `start`. Byte by byte: comparing as characters took a third of a login.
    static func place(of text: String, in element: Span<UInt8>, from start: Int = 0) -> Int? {
        var text = text
        return text.withUTF8 { wanted in
            guard let first = wanted.first else { return start }
            var place = start
            while let next = ASCII.firstIndex(of: first, in: element, from: place), element.count - next >= wanted.count
            {
                var length = 1
                while length < wanted.count, element[next + length] == wanted[length] { length += 1 }
                if length == wanted.count { return next }
                place = next + 1
            }
            return nil
        }
    }

    /// Whether the name begins as `<open/>` and `<close/>` do; stanzas do not.
    static func isFraming(_ element: Span<UInt8>) -> Bool {
        element.count > 1 && (element[1] == UInt8(ascii: "o") || element[1] == UInt8(ascii: "c"))
    }

    static func endsName(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/")
    }
}
