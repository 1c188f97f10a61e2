/// Checks whole messages from browsers with libxml2, one after the other: one parser for all sessions of a thread. Knows
/// XML, XMPP's restrictions on it and the limits; keeps nothing of a message but the attributes of the last `<open/>`.
///
/// libxml2 lets pass, or only warns of, much that RFC 6120 section 11 forbids: comments, processing instructions, document
/// types, unbound prefixes. It transcodes other encodings in silence and knows no limit of depth. All that is refused here.
internal import Bytes
internal import CXML2

package final class StanzaChecker {
    /// Bytes of names that the parser has met; hostile names would make it grow for ever. Names in use are some kilobytes.
    private static let maxDictionary = 256 << 10
    /// A start tag longer than this has its attributes counted before libxml2 sees it, because that compares each with
    /// each: what fits in here costs it at most a tenth of a millisecond.
    private static let maxUncounted = 4_096

    private let parser = SAXParser()
    private let takesShortWay: Bool

    /// - Parameter takesShortWay: usual stanzas and logins are checked without libxml2, at a tenth of the cost; false for
    ///   those who compare.
    package init(takesShortWay: Bool = true) {
        self.takesShortWay = takesShortWay
    }

    /// The attributes of `<open/>`, after a check that found one.
    package private(set) var openAttributes = OpenAttributes()

    /// Bytes of names that the parser keeps, for those who watch its growth.
    package var dictionarySize: Int { parser.dictionarySize }

    /// Whether `message` is one complete element that may go on to a server, and what it is.
    /// - Parameter isUTF8: somebody has already made sure of that, as WebSocket does for text messages.
    package func check(
        _ message: Span<UInt8>, limits: XMLLimits, isUTF8: Bool = false
    ) throws(XMLFailure) -> CheckedElement {
        let range = try Self.element(in: message)
        guard range.count <= limits.bytes else { throw .policyViolation(.bytes) }
        let element = message.extracting(range)
        if !isUTF8 { try Self.checkUTF8(element) }
        if takesShortWay, UsualStanza.matches(element, limits) {
            return CheckedElement(kind: .stanza, range: range, needsRewrite: false)
        }
        if takesShortWay, let login = UsualLogin(element, limits) {
            if login.kind == .open { openAttributes = login.opening }
            return CheckedElement(kind: login.kind, range: range, needsRewrite: false)
        }
        if range.count > Self.maxUncounted { try AttributeGuard.check(element, limit: limits.attributes) }
        if parser.dictionarySize > Self.maxDictionary { parser.renew() }
        try parser.parse(element, limits)
        let kind = try parser.kind()
        if kind == .open { openAttributes = parser.openAttributes }
        return CheckedElement(kind: kind, range: range, needsRewrite: parser.needsRewrite)
    }

    /// Whether `stream`, a header with the end of the stream right behind it, is one of XMPP.
    func checkHeader(_ stream: [UInt8], _ limits: XMLLimits) throws(XMLFailure) {
        if stream.count > Self.maxUncounted { try AttributeGuard.check(stream.span, limit: limits.attributes) }
        if parser.dictionarySize > Self.maxDictionary { parser.renew() }
        try parser.parse(stream.span, limits)
        guard parser.isStreamHeader else { throw .invalidNamespace }
    }

    /// libxml2 takes overlong forms of four bytes.
    private static func checkUTF8(_ element: Span<UInt8>) throws(XMLFailure) {
        var validator = UTF8Validator()
        guard validator.check(element), validator.isComplete else { throw .notWellFormed }
    }

    /// The same element without prefixes for `jabber:client`, for a message of which `check` said so.
    package func rewritten(_ message: Span<UInt8>) -> [UInt8] {
        guard let range = try? Self.element(in: message) else { return [] }
        return (try? PrefixRewriter.rewrite(Array(copying: message.extracting(range)))) ?? []
    }

    /// Where the element is: behind an XML declaration, in front of white space. Everything else that XML 1.0 allows
    /// before the root is refused.
    private static func element(in message: Span<UInt8>) throws(XMLFailure) -> Range<Int> {
        guard message.count > 0, message[0] == UInt8(ascii: "<") else { throw .notWellFormed }
        let start = try XMLDeclaration.end(in: message)
        guard message.count > start + 1, message[start] == UInt8(ascii: "<") else { throw .notWellFormed }
        let second = message[start + 1]
        if second == UInt8(ascii: "!") || second == UInt8(ascii: "?") { throw .restrictedXML }
        // libxml2 would take zeros for another encoding.
        if second == 0 { throw .unsupportedEncoding }
        var end = message.count
        while XMLText.isSpace(message[end - 1]) { end -= 1 }
        return start..<end
    }
}
