internal import Bytes
internal import Crypto

/// The server's side of the opening handshake (RFC 6455 section 4.2): takes the fields of a request head one by one and
/// judges them. Knows what makes a request a WebSocket handshake; does not know HTTP syntax, paths or origins.
package struct UpgradeRequest: Sendable {
    /// - Parameters:
    ///   - minorVersion: of HTTP/1.
    ///   - hasBody: whether the head announces a body of any size but 0.
    package init(isGET: Bool, minorVersion: Int, hasHost: Bool, hasBody: Bool) {
    }

    /// Takes one header field, its value without surrounding whitespace; passes over those that do not matter.
    package mutating func add(name: Span<UInt8>, value: Span<UInt8>) {
    }

    /// Whether the client asks for WebSocket at all, rightly or not.
    package var isUpgradeAttempt: Bool { false }

    /// What to answer, or why not.
    /// - Parameter subprotocol: the one this path speaks and therefore demands; nil for none.
    package func accept(subprotocol: StaticString?) throws(UpgradeRefusal) -> UpgradeAnswer {
        throw .noUpgrade
    }
}
