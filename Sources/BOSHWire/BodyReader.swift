package import XMPPWire
internal import Bytes

/// Reads HTTP bodies that should be one `<body/>`: first its start tag, which says whose it is, then the elements inside,
/// each checked and complete in itself. Knows XEP-0124 section 6 and the checker of XMPPWire; one for all sessions of a
/// thread. It keeps places, not bytes: `withElement` gets the same body as `readElements` before it.
package final class BodyReader {
    /// Elements in one body. 256: a client that was away sends its backlog; Strophe gathers a tenth of a second.
    package static let maxElements = 256

    var tag = BodyTag()
    /// Where the start tag begins: behind an XML declaration.
    private var start = 0
    /// Elements of the last body.
    var children: [Child] = []
    /// The request of the last body.
    var head = RequestHead()

    struct Child {
        let range: Range<Int>
        /// What goes on instead of the bytes in the body, for an element that does not stand alone.
        let text: [UInt8]?
        let element: CheckedElement
    }

    package init() {}

    /// Elements of the last body that was read whole.
    package var count: Int { children.count }

    /// The start tag of a request. Nothing has been said about what is inside.
    package func readHead(_ body: Span<UInt8>) throws(BodyFailure) -> RequestHead {
        try readTag(body)
        head = RequestHead()
        for attribute in tag.attributes {
            guard take(attribute, body) else { throw .malformed }
        }
        return head
    }

    /// How many elements there are; call `withElement` for each. Nothing may go on unless this succeeds. It reads the start
    /// tag again, because that may have been another reactor's reader, or long ago.
    package func readElements(
        _ body: Span<UInt8>, checker: StanzaChecker, limits: XMLLimits
    ) throws(BodyFailure) -> Int {
        children.removeAll(keepingCapacity: true)
        _ = try readHead(body)
        try scanContent(body) { range throws(BodyFailure) in try add(range, body, checker, limits) }
        return children.count
    }

    /// Lends an element that may go on, standing alone, as a message of a WebSocket would bring it.
    package func withElement<R, E: Error>(
        _ index: Int, of body: Span<UInt8>, _ use: (Span<UInt8>, CheckedElement) throws(E) -> R
    ) throws(E) -> R {
        let child = children[index]
        if let text = child.text { return try use(text.span, child.element) }
        return try use(body.extracting(child.range), child.element)
    }

    /// Finds and takes apart the start tag: `body` in the right namespace, in UTF-8.
    func readTag(_ body: Span<UInt8>) throws(BodyFailure) {
        var validator = UTF8Validator()
        guard validator.check(body), validator.isComplete else { throw .malformed }
        do {
            start = try XMLDeclaration.end(in: body)
        } catch {
            throw .malformed
        }
        guard tag.read(body, from: start), tag.declarations(in: body) <= BodyTag.maxDeclarations, isBody(body) else {
            throw .malformed
        }
    }

    private func isBody(_ body: Span<UInt8>) -> Bool {
        let name = body.extracting(tag.name)
        let colon = ASCII.firstIndex(of: UInt8(ascii: ":"), in: name)
        let local = name.extracting((colon.map { $0 + 1 } ?? 0)..<name.count)
        guard ASCII.equal(local, "body") else { return false }
        return isBound(name.extracting(0..<(colon ?? 0)), to: BOSHNamespace.httpBind, body)
    }

    /// Whether the start tag binds the prefix to that namespace.
    func isBound(_ prefix: Span<UInt8>, to namespace: StaticString, _ body: Span<UInt8>) -> Bool {
        guard let declaration = tag.declaration(of: prefix, in: body) else { return false }
        let value = body.extracting(declaration.value)
        if ASCII.equal(value, namespace) { return true }
        guard let decoded = AttributeValue.decode(value) else { return false }
        return ASCII.equal(decoded.span, namespace)
    }
}
