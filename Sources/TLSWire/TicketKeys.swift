/// The secret that lets a client resume its session (RFC 5077, RFC 8446 section 4.6.1) at any thread that knows it.
internal import COpenSSL

package struct TicketKeys: Sendable, Equatable {
    /// Name, HMAC key and AES key, as OpenSSL wants them.
    let bytes: [UInt8]

    private static let size = 80

    package static func random() -> TicketKeys {
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let filled = RAND_bytes(buffer.baseAddress, Int32(size))
            precondition(filled == 1, "the system has no random bytes")
            count = size
        }
        return TicketKeys(bytes: bytes)
    }
}
