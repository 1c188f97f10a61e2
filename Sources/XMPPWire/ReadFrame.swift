/// A frame of the other side, as a client of RFC 7395 sees it: what it is and, for those of the framing, what it says. Knows
/// names; for tests and the load tester, which trust the server they test.
package enum ReadFrame: Equatable, Sendable {
    case open(OpenAttributes)
    case close(seeOther: String?)
    case features
    case streamError(StreamErrorCondition?)
    case element(name: String, namespace: String)

    package static func read(_ frame: Span<UInt8>) throws(XMLFailure) -> ReadFrame {
        let bytes = frame.withUnsafeBufferPointer { Array($0) }
        var cursor = MarkupCursor(bytes)
        guard case .start(let tag)? = try cursor.next() else { throw .notWellFormed }
        var scope = NamespaceScope()
        scope.enter(tag, in: bytes)
        let (found, localName) = scope.resolve(bytes[tag.name])
        guard let namespace = found, !namespace.isEmpty else { throw .invalidNamespace }
        let local = String(decoding: localName, as: UTF8.self)
        switch (namespace, local) {
        case (Namespace.framing.description, "open"):
            return .open(.read(tag, in: bytes))
        case (Namespace.framing.description, "close"):
            let uri = tag.attributes.first { bytes[$0.name].elementsEqual("see-other-uri".utf8) }
            return .close(seeOther: uri.map { XMLText.decode(bytes[$0.value], isAttribute: true) })
        case (Namespace.streams.description, "features"):
            return .features
        case (Namespace.streams.description, "error"):
            return .streamError(try condition(&cursor, &scope))
        default:
            return .element(name: local, namespace: namespace)
        }
    }

    /// The first child that names a condition of RFC 6120; nil for one that it does not know.
    private static func condition(
        _ cursor: inout MarkupCursor, _ scope: inout NamespaceScope
    ) throws(XMLFailure) -> StreamErrorCondition? {
        while let token = try cursor.next() {
            guard case .start(let tag) = token else { continue }
            scope.enter(tag, in: cursor.bytes)
            let (namespace, local) = scope.resolve(cursor.bytes[tag.name])
            if namespace == Namespace.streamErrors.description {
                return StreamErrorCondition(rawValue: String(decoding: local, as: UTF8.self))
            }
            if tag.isEmpty { scope.leave() }
        }
        return nil
    }
}
