package import Bytes

/// What a server answers to a handshake that it takes: status 101 and its fields. Knows their canonical spelling, which
/// some clients insist on.
package struct UpgradeAnswer: Sendable {
    /// The value of `Sec-WebSocket-Accept`.
    package let acceptKey: [UInt8]
    package let subprotocol: StaticString?

    /// Appends the whole response head, from the status line to the empty line.
    package func append(to output: inout ByteBuffer, pool: BufferPool) {
    }
}
