package import Bytes

/// What a server answers to a handshake that it takes: status 101 and its fields. Knows their canonical spelling, which
/// some clients insist on.
package struct UpgradeAnswer: Sendable {
    /// The value of `Sec-WebSocket-Accept`.
    package let acceptKey: [UInt8]
    package let subprotocol: StaticString?
    /// How messages may be compressed; nil when they may not.
    package let deflate: DeflateAgreement?

    /// Appends the whole response head, from the status line to the empty line.
    package func append(to output: inout ByteBuffer, pool: BufferPool) {
        output.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", pool: pool)
        output.append("Sec-WebSocket-Accept: ", pool: pool)
        output.append(acceptKey, pool: pool)
        output.append("\r\n", pool: pool)
        if let subprotocol {
            output.append("Sec-WebSocket-Protocol: ", pool: pool)
            output.append(subprotocol, pool: pool)
            output.append("\r\n", pool: pool)
        }
        if let deflate {
            output.append("Sec-WebSocket-Extensions: ", pool: pool)
            deflate.append(to: &output, pool: pool)
            output.append("\r\n", pool: pool)
        }
        output.append("\r\n", pool: pool)
    }
}
