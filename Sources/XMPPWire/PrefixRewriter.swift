/// Writes an element so that nothing in `jabber:client` has a prefix (RFC 6120 section 4.8.5) and so that it means the same
/// inside a stream, whose default namespace is that one. Knows namespaces; changes start and end tags only.
struct PrefixRewriter {
    private var cursor: MarkupCursor
    private var scope = NamespaceScope()
    private var output: [UInt8] = []
    /// For each open element: its name as written out, and the default namespace there in what is written.
    private var open: [(name: [UInt8], defaultNamespace: String)] = []

    static func rewrite(_ element: [UInt8]) throws(XMLFailure) -> [UInt8] {
        var rewriter = PrefixRewriter(cursor: MarkupCursor(element))
        rewriter.output.reserveCapacity(element.count + 64)
        while let token = try rewriter.cursor.next() {
            switch token {
            case .start(let tag): try rewriter.start(tag)
            case .end: try rewriter.end()
            case .text(let range): rewriter.output += element[range]
            }
        }
        return rewriter.output
    }

    private init(cursor: MarkupCursor) {
        self.cursor = cursor
    }

    private mutating func start(_ tag: MarkupCursor.Tag) throws(XMLFailure) {
        let bytes = cursor.bytes
        scope.enter(tag, in: bytes)
        guard let namespace = scope.resolve(bytes[tag.name]).namespace else { throw .notWellFormed }
        let (prefix, local) = NamespaceScope.split(bytes[tag.name])
        let isClient = namespace == Namespace.client.description
        let name = isClient ? local : bytes[tag.name]
        var current = open.last?.defaultNamespace ?? Namespace.client.description
        output.append(UInt8(ascii: "<"))
        output += name
        for attribute in tag.attributes {
            let declared = NamespaceScope.declaredPrefix(bytes[attribute.name])
            // The element's own default goes when the element leaves its prefix: it must be the client's then.
            if declared?.isEmpty == true {
                if isClient && !prefix.isEmpty { continue }
                current = XMLText.decode(bytes[attribute.value], isAttribute: true)
            }
            output.append(0x20)
            output += bytes[attribute.whole]
        }
        if name.firstIndex(of: UInt8(ascii: ":")) == nil, current != namespace {
            output += " xmlns='".utf8
            XMLText.appendEscaped(namespace, to: &output)
            output.append(UInt8(ascii: "'"))
            current = namespace
        }
        output += tag.isEmpty ? "/>".utf8 : ">".utf8
        if tag.isEmpty { scope.leave() } else { open.append((Array(name), current)) }
    }

    private mutating func end() throws(XMLFailure) {
        guard let element = open.popLast() else { throw .notWellFormed }
        scope.leave()
        output += "</".utf8
        output += element.name
        output.append(UInt8(ascii: ">"))
    }
}
