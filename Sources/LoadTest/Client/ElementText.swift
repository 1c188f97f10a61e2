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
        let bytes = [UInt8](copying: element)
        guard let open = bytes.firstIndex(of: UInt8(ascii: ">")), bytes[max(open - 1, 0)] != UInt8(ascii: "/"),
            let close = bytes.lastIndex(of: UInt8(ascii: "<")), close > open
        else { return [] }
        return Array(bytes[(open + 1)..<close])
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
        String(reading: element).split(separator: "<").compactMap { part in
            part.hasPrefix("\(name)>") ? String(part.dropFirst(name.count + 1)) : nil
        }
    }

    /// Whether the stream ends with this element. Stanzas begin with other letters.
    package static func isStreamError(_ element: Span<UInt8>) -> Bool {
        element.count > 2 && (element[1] == UInt8(ascii: "s") || element[1] == UInt8(ascii: "e"))
            && name(element) == .error
    }

    /// The text of the first element of that name below this one; nil without one.
    static func text(of name: String, in element: Span<UInt8>) -> String? {
        let text = String(reading: element)
        guard let start = text.firstRange(of: "<\(name)"), let open = text[start.upperBound...].firstIndex(of: ">"),
            let close = text[open...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(text[text.index(after: open)..<close.lowerBound])
    }

    /// Whether the name begins as `<open/>` and `<close/>` do; stanzas do not.
    static func isFraming(_ element: Span<UInt8>) -> Bool {
        element.count > 1 && (element[1] == UInt8(ascii: "o") || element[1] == UInt8(ascii: "c"))
    }

    static func endsName(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/")
    }
}
