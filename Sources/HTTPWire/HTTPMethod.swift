internal import Bytes

/// The request methods of RFC 9110 section 9 and PATCH; their names are case-sensitive.
package enum HTTPMethod: UInt8, Sendable {
    case get, head, post, options, put, delete, patch, trace, connect
    /// Any other token; answered 501.
    case other

    init(_ name: Span<UInt8>) {
        self = Self.known.first { ASCII.equal(name, $0.name) }?.method ?? .other
    }

    /// The name on the wire; empty for `other`.
    package var name: StaticString {
        Self.known.first { $0.method == self }?.name ?? ""
    }

    /// The most frequent first.
    private static let known: [(name: StaticString, method: HTTPMethod)] = [
        ("GET", .get), ("POST", .post), ("OPTIONS", .options), ("HEAD", .head), ("PUT", .put), ("DELETE", .delete),
        ("PATCH", .patch), ("TRACE", .trace), ("CONNECT", .connect),
    ]
}
