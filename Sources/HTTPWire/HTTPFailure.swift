/// What a peer can do wrong in HTTP/1.1. Each case has one status and one line of text; after it the connection closes,
/// because where the next message starts is no longer certain (RFC 9112 section 2.2).
package enum HTTPFailure: UInt8, Error, Equatable, CaseIterable, Sendable {
    case lineEnd
    case emptyLines
    case startLine
    case target
    case version
    case foldedField
    case fieldName
    case fieldValue
    case host
    case contentLength
    case transferEncoding
    case unknownCoding
    case conflictingFraming
    case chunk
    case targetTooLong
    case headTooLarge
    case tooManyFields
    case trailersTooLarge
    case bodyTooLarge
    /// The connection ended in the middle of a message.
    case truncated

    package var status: HTTPStatus {
        switch self {
        case .lineEnd, .emptyLines, .startLine, .target, .foldedField, .fieldName, .fieldValue, .host, .contentLength,
            .transferEncoding, .conflictingFraming, .chunk, .truncated:
            .badRequest
        case .version: .versionNotSupported
        case .unknownCoding: .notImplemented
        case .targetTooLong: .uriTooLong
        case .headTooLarge, .tooManyFields, .trailersTooLarge: .headerFieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        }
    }

    /// One line for the body of the answer.
    package var reason: StaticString {
        switch self {
        case .lineEnd: "A line does not end with CR LF."
        case .emptyLines: "Too many empty lines before the request."
        case .startLine: "The request line is malformed."
        case .target: "The request target is malformed."
        case .version: "The HTTP version is not supported."
        case .foldedField: "A line of the head begins with white space."
        case .fieldName: "A field name is malformed."
        case .fieldValue: "A field value contains a control character."
        case .host: "The Host field is missing, repeated or malformed."
        case .contentLength: "The Content-Length field is malformed or repeated."
        case .transferEncoding: "The Transfer-Encoding field is malformed."
        case .unknownCoding: "The transfer coding is not supported."
        case .conflictingFraming: "Transfer-Encoding and Content-Length are both present."
        case .chunk: "The chunked coding is malformed."
        case .targetTooLong: "The request line is too long."
        case .headTooLarge: "The request head is too large."
        case .tooManyFields: "The request head has too many fields."
        case .trailersTooLarge: "The trailer fields are too large."
        case .bodyTooLarge: "The request body is too large."
        case .truncated: "The request is incomplete."
        }
    }
}
