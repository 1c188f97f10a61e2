/// What a stream header declares beyond the usual `xmlns='jabber:client'` and `xmlns:stream`. Knows the declarations as
/// they are written; made once a stream, and only for servers that declare more.
final class HeaderNamespaces: Sendable {
    /// A declaration as it goes into a start tag: a blank, then the bytes of the header.
    struct Declaration: Sendable {
        let prefix: [UInt8]
        let name: String
        let written: [UInt8]
    }

    /// Of the header itself, and so of the end of the stream.
    let name: [UInt8]
    let defaultNamespace: Declaration
    let streams: Declaration
    /// Prefixes such as jabberd2's `ack`; at most 16, because `ElementCut` has a bit for each.
    let extras: [Declaration]

    static let maxExtras = 16

    init(name: [UInt8], defaultNamespace: Declaration, streams: Declaration, extras: [Declaration]) {
        self.name = name
        self.defaultNamespace = defaultNamespace
        self.streams = streams
        self.extras = extras
    }

    /// Nil when the header declares just what most servers do.
    static func read(
        _ tag: MarkupCursor.Tag, in bytes: [UInt8]
    ) throws(XMLFailure) -> HeaderNamespaces? {
        var content = usualDefault
        var streams = usualStreams
        var extras: [Declaration] = []
        let streamPrefix = NamespaceScope.split(bytes[tag.name]).prefix
        for attribute in tag.attributes {
            guard let prefix = NamespaceScope.declaredPrefix(bytes[attribute.name]) else { continue }
            let declaration = Declaration(
                prefix: Array(prefix), name: XMLText.decode(bytes[attribute.value], isAttribute: true),
                written: [0x20] + bytes[attribute.whole])
            if prefix.isEmpty {
                content = declaration
            } else if prefix == streamPrefix {
                streams = declaration
            } else {
                extras.append(declaration)
            }
        }
        guard extras.count <= maxExtras else { throw .policyViolation(.namespaces) }
        let name = Array(bytes[tag.name])
        if content.name == usual.defaultNamespace.name && name == usual.name && extras.isEmpty { return nil }
        return HeaderNamespaces(name: name, defaultNamespace: content, streams: streams, extras: extras)
    }

    static let usual = HeaderNamespaces(
        name: Array("stream:stream".utf8), defaultNamespace: usualDefault, streams: usualStreams, extras: [])

    // A header without a default namespace is taken to mean the content namespace (RFC 6120 section 4.8.2).
    private static let usualDefault = Declaration(
        prefix: [], name: Namespace.client.description, written: Array(" xmlns='jabber:client'".utf8))
    private static let usualStreams = Declaration(
        prefix: Array("stream".utf8), name: Namespace.streams.description,
        written: Array(" xmlns:stream='http://etherx.jabber.org/streams'".utf8))
}
