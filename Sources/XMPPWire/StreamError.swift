/// What a server's stream error says to whom it is not passed on (RFC 6120 section 4.9): its condition, and the text inside
/// that. Knows names; what follows from them is not its business.
internal import Bytes

package struct StreamError: Equatable, Sendable {
    /// Nil for one that RFC 6120 does not know.
    package let condition: StreamErrorCondition?
    /// What stands inside the condition: of `see-other-host`, the host (section 4.9.3.19).
    package let detail: String

    /// Bytes of an error that is looked into; others say nothing that the edge understands.
    private static let maxElement = 64 << 10
    /// Bytes of the detail: a host's name has 253, its port 5.
    private static let maxDetail = 300

    /// - Parameter element: a whole one with the namespaces it uses; nil when it is no stream error with a condition.
    package static func read(_ element: [UInt8]) -> StreamError? {
        var cursor = MarkupCursor(element)
        guard element.count <= maxElement, case .start(let error)? = try? cursor.next() else { return nil }
        var scope = NamespaceScope()
        scope.enter(error, in: element)
        let (space, name) = scope.resolve(element[error.name])
        let isError = space == Namespace.streams.description && name.elementsEqual("error".utf8)
        guard isError, !error.isEmpty else { return nil }
        while let token = try? cursor.next() {
            guard case .start(let tag) = token else { continue }
            scope.enter(tag, in: element)
            let (space, name) = scope.resolve(element[tag.name])
            if space == Namespace.streamErrors.description {
                let condition = StreamErrorCondition(rawValue: String(decoding: name, as: UTF8.self))
                return StreamError(condition: condition, detail: tag.isEmpty ? "" : detail(&cursor, element))
            }
            if tag.isEmpty { scope.leave() }
        }
        return nil
    }

    /// The text up to the next tag, without the white space around it.
    private static func detail(_ cursor: inout MarkupCursor, _ element: [UInt8]) -> String {
        guard case .text(let range)? = try? cursor.next(), range.count <= maxDetail else { return "" }
        let text = XMLText.decode(element[range], isAttribute: false)
        let visible = text.unicodeScalars.drop { $0.properties.isWhitespace }
        let end = visible.lastIndex { !$0.properties.isWhitespace }
        return end.map { String(visible[...$0]) } ?? ""
    }
}
