package import XMPPWire

/// Why an HTTP body is no BOSH body. Knows what the client is told.
package enum BodyFailure: Error, Equatable, Sendable {
    /// Not one `<body/>` in the namespace of XEP-0124, or not XML, or XML that XMPP forbids.
    case malformed
    /// Character data where only elements may be.
    case text
    /// More elements in one body than anybody needs.
    case tooManyElements
    /// An element inside that may not go on.
    case element(XMLFailure)

    package var condition: Condition {
        switch self {
        case .malformed, .text: .badRequest
        case .tooManyElements: .policyViolation
        case .element(.policyViolation(.bytes)): .policyViolation
        // What is nested too deep or has too many names is an attack on a parser, not much of a request.
        case .element: .badRequest
        }
    }
}
