internal import Bytes

/// What the start tag of a response's `<body/>` says, for the client role, which trusts the server it talks to.
package struct ResponseHead: Equatable, Sendable {
    /// By name as written, declarations of namespaces included.
    package var attributes: [String: String] = [:]

    package subscript(_ name: String) -> String? { attributes[name] }

    package func number(_ name: String) -> UInt64? { attributes[name].flatMap { UInt64($0) } }

    package var isTerminal: Bool { attributes["type"] == "terminate" }
    package var isRecoverableError: Bool { attributes["type"] == "error" }
    package var condition: Condition? { attributes["condition"].flatMap { Condition(name: Array($0.utf8)) } }

    package init() {}
}

extension BodyReader {
    /// Reads a response: its start tag and the places of the elements inside.
    package func readResponse(_ body: Span<UInt8>) throws(BodyFailure) -> (ResponseHead, [Range<Int>]) {
        try readTag(body)
        var head = ResponseHead()
        for attribute in tag.attributes {
            guard let value = AttributeValue.decode(body.extracting(attribute.value)) else { throw .malformed }
            head.attributes[String(reading: body.extracting(attribute.name))] = String(decoding: value, as: UTF8.self)
        }
        var elements: [Range<Int>] = []
        try scanContent(body) { elements.append($0) }
        return (head, elements)
    }
}
