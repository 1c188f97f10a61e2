/// Why a peer's XML is refused, and the stream error that says so. Knows XML's and XMPP's rules; does not know which peer.
package enum XMLFailure: Error, Equatable, Sendable {
    /// Not XML, or not with namespaces (RFC 6120 section 11.3).
    case notWellFormed
    /// A comment, processing instruction, document type or entity of its own (RFC 6120 section 11.1).
    case restrictedXML
    /// Not UTF-8 (RFC 6120 section 11.6).
    case unsupportedEncoding
    /// XML that is not 1.0 (RFC 6120 section 11.8).
    case unsupportedXMLVersion
    /// XML that has no place in a stream: text between elements, an element where the stream header is due.
    case badFormat
    /// A namespace that the element must not be in, or none at all (RFC 6120 section 4.8).
    case invalidNamespace
    case policyViolation(ExceededLimit)

    /// Which of `XMLLimits` was reached.
    package enum ExceededLimit: Equatable, Sendable {
        case bytes, depth, elements, attributes, namespaces, nameLength
    }

    package var condition: StreamErrorCondition {
        switch self {
        case .notWellFormed: .notWellFormed
        case .restrictedXML: .restrictedXML
        case .unsupportedEncoding: .unsupportedEncoding
        case .unsupportedXMLVersion: .notWellFormed
        case .badFormat: .badFormat
        case .invalidNamespace: .invalidNamespace
        case .policyViolation: .policyViolation
        }
    }

    /// For people, in English; constant, so that nothing a peer sent is reflected.
    package var text: StaticString {
        switch self {
        case .notWellFormed: "not well-formed XML"
        case .restrictedXML: "comments, processing instructions, document types and entities are not allowed"
        case .unsupportedEncoding: "only UTF-8 is supported"
        case .unsupportedXMLVersion: "only XML 1.0 is supported"
        case .badFormat: "this XML has no place in a stream"
        case .invalidNamespace: "wrong or missing namespace"
        case .policyViolation(.bytes): "the element is too large"
        case .policyViolation(.depth): "the element is nested too deep"
        case .policyViolation(.elements): "the element has too many children"
        case .policyViolation(.attributes): "the element has too many attributes"
        case .policyViolation(.namespaces): "too many namespace prefixes"
        case .policyViolation(.nameLength): "a name is too long"
        }
    }
}
