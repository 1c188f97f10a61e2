/// The framing of XMPP over WebSocket before RFC 7395 (draft-moffitt-xmpp-over-websocket): messages are pieces of one stream,
/// its header, its elements, its end. Knows how a client's message says the same in RFC 7395; checks only the header whole,
/// because what it makes of an element is checked as any other.
internal import Bytes

package enum DraftMessage: Equatable, Sendable {
    /// `<stream:stream>`, where RFC 7395 has `<open/>`.
    case header(OpenAttributes)
    /// `</stream:stream>`, where RFC 7395 has `<close/>`.
    case end
    /// White space between elements (RFC 6120 section 4.6.1): a sign of life and nothing more.
    case whitespace
    /// An element with the namespace declarations it had from the stream's header. It has yet to be checked.
    case element([UInt8])

    /// Bytes that declarations add to an element at most.
    package static let maxAdded = ElementCut.usualDefault.utf8CodeUnitCount + ElementCut.usualStreams.utf8CodeUnitCount

    private static let headerStart: StaticString = "<stream:stream"
    private static let endStart: StaticString = "</stream:stream"
}

extension StanzaChecker {
    /// What a message is of which somebody made sure that it is UTF-8. Prefixes that the header declares, `stream` apart,
    /// hold for the header only: nobody was seen to use them.
    package func readDraft(_ message: Span<UInt8>, limits: XMLLimits) throws(XMLFailure) -> DraftMessage {
        var end = message.count
        while end > 0, XMLText.isSpace(message[end - 1]) { end -= 1 }
        if end == 0 { return .whitespace }
        let start = try XMLDeclaration.end(in: message)
        guard start < end else { throw .notWellFormed }
        let element = message.extracting(start..<end)
        if DraftMessage.isHeader(element) { return .header(try draftHeader(element, limits)) }
        if DraftMessage.isEnd(element) { return .end }
        return .element(try DraftMessage.standalone(Array(copying: element)))
    }

    /// Whether a stream of the draft begins with this message.
    package static func beginsDraft(_ message: Span<UInt8>) -> Bool {
        guard let start = try? XMLDeclaration.end(in: message) else { return false }
        return DraftMessage.isHeader(message.extracting(start...))
    }

    /// The same as `rewritten`, for an element whose namespaces are those of a stream.
    package func rewrittenDraft(_ message: Span<UInt8>) -> [UInt8] {
        guard case .element(let element)? = try? readDraft(message, limits: .afterLogin) else { return [] }
        return rewritten(element.span)
    }

    /// A header is well-formed when it is with the end of the stream right behind it.
    private func draftHeader(_ tag: Span<UInt8>, _ limits: XMLLimits) throws(XMLFailure) -> OpenAttributes {
        guard tag.count <= limits.bytes else { throw .policyViolation(.bytes) }
        var cursor = MarkupCursor(Array(copying: tag))
        guard case .start(let header)? = try cursor.next() else { throw .notWellFormed }
        // A stream that ends with its header, or elements in the same message.
        guard !header.isEmpty, header.range.upperBound == tag.count else { throw .badFormat }
        try checkHeader(cursor.bytes + "\(StreamHeader.end)".utf8, limits)
        var scope = NamespaceScope()
        scope.enter(header, in: cursor.bytes)
        // Without a default namespace it is taken to mean the content namespace (RFC 6120 section 4.8.2).
        let content = scope.resolve([UInt8(ascii: "a")]).namespace ?? ""
        guard content.isEmpty || content == Namespace.client.description else { throw .invalidNamespace }
        let attributes = OpenAttributes.read(header, in: cursor.bytes)
        try attributes.checkSizes()
        return attributes
    }
}

extension DraftMessage {
    fileprivate static func isHeader(_ element: Span<UInt8>) -> Bool {
        let length = headerStart.utf8CodeUnitCount
        return element.count > length && ASCII.equal(element.extracting(0..<length), headerStart)
            && XMLText.endsName(element[length])
    }

    /// `element` ends without white space.
    fileprivate static func isEnd(_ element: Span<UInt8>) -> Bool {
        let length = endStart.utf8CodeUnitCount
        guard element.count > length, ASCII.equal(element.extracting(0..<length), endStart) else { return false }
        for index in length..<(element.count - 1) where !XMLText.isSpace(element[index]) { return false }
        return element[element.count - 1] == UInt8(ascii: ">")
    }

    /// Adds the declarations that the start tag does not have. A tag that this misreads does not pass the check after it.
    fileprivate static func standalone(_ element: [UInt8]) throws(XMLFailure) -> [UInt8] {
        var cursor = MarkupCursor(element)
        guard case .start(let tag)? = try cursor.next() else { throw .notWellFormed }
        let declared = tag.attributes.compactMap { NamespaceScope.declaredPrefix(element[$0.name]) }
        var missing: [UInt8] = []
        if !declared.contains(where: \.isEmpty) { missing += "\(ElementCut.usualDefault)".utf8 }
        let prefix = NamespaceScope.split(element[tag.name]).prefix
        if prefix.elementsEqual("stream".utf8), !declared.contains(prefix) {
            missing += "\(ElementCut.usualStreams)".utf8
        }
        return element[..<tag.name.upperBound] + missing + element[tag.name.upperBound...]
    }
}
