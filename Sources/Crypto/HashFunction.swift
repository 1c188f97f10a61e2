internal import COpenSSL

/// The hash functions the protocols name, with HMAC (RFC 2104) and PBKDF2 (RFC 8018) over them. Knows bytes; does not
/// know what they mean. OpenSSL does the work.
package enum HashFunction: Sendable {
    /// For the WebSocket accept key, SCRAM-SHA-1 and BOSH key sequences, which prescribe it; not for new designs.
    case sha1
    case sha256

    /// Bytes in a digest.
    package var size: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        }
    }

    package func digest(_ bytes: [UInt8]) -> [UInt8] { digest(bytes.span) }

    package func digest(_ bytes: Span<UInt8>) -> [UInt8] {
        bytes.withUnsafeBufferPointer { input in
            made { output in
                switch self {
                case .sha1: SHA1(input.baseAddress, input.count, output)
                case .sha256: SHA256(input.baseAddress, input.count, output)
                }
            }
        }
    }

    package func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        made { output in
            HMAC(method, key, CInt(key.count), message, message.count, output, nil)
        }
    }

    /// A key of the digest's size from a password, as SCRAM's Hi() wants it (RFC 5802 section 2.2).
    /// - Parameter iterations: at least 1.
    package func pbkdf2(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        precondition(iterations > 0 && iterations <= Int(CInt.max), "iteration count out of range")
        return password.withUnsafeBufferPointer { secret in
            secret.withMemoryRebound(to: CChar.self) { secret in
                made { output in
                    PKCS5_PBKDF2_HMAC(
                        secret.baseAddress, CInt(secret.count), salt, CInt(salt.count), CInt(iterations), method,
                        CInt(size), output) == 1 ? output : nil
                }
            }
        }
    }

    private var method: OpaquePointer? {
        switch self {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        }
    }

    /// A digest that `body` writes; OpenSSL answers nil only when it is broken or out of memory.
    private func made(_ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>?) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { output, count in
            guard let start = output.baseAddress else { return }
            let written = body(start) != nil
            precondition(written, "OpenSSL could not compute a digest")
            count = size
        }
    }
}
