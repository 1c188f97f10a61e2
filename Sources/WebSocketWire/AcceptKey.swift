internal import Bytes
internal import Crypto

/// Computes the proof that a server has read the client's key (RFC 6455 section 4.2.2). Knows no fields.
enum AcceptKey {
    private static let guid = Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)

    /// The value of `Sec-WebSocket-Accept`.
    /// - Parameter key: the value of `Sec-WebSocket-Key` as it was sent.
    static func answer(to key: [UInt8]) -> [UInt8] {
        Base64.encode(HashFunction.sha1.digest(key + guid))
    }

    /// Whether `key` is the Base64 of 16 bytes (section 4.1).
    static func isValid(_ key: [UInt8]) -> Bool {
        Base64.decode(key)?.count == 16
    }
}
