internal import Crypto
internal import Bytes

/// Proof that requests come from who began the session: each key is one whose hash is the key before (XEP-0124 section 15).
/// Knows the newest key of the sequence.
struct KeySequence: Equatable, Sendable {
    /// SHA-1 digest that the next key must hash to, in words: no allocation in a session.
    private var expected: (UInt64, UInt64, UInt32)

    /// Nil when `newKey` is not the hexadecimal text of a SHA-1 digest, so that no key could ever fit.
    init?(newKey: [UInt8]) {
        guard newKey.count == 40, let digest = Hex.decode(newKey) else { return nil }
        expected = Self.words(digest)
    }

    /// Checks the key of the next request in order and moves on; false when it does not fit.
    mutating func advance(key: [UInt8]?, newKey: [UInt8]?) -> Bool {
        guard let key, Self.words(HashFunction.sha1.digest(key)) == expected else { return false }
        // The last key of a sequence may be any text if another sequence follows.
        guard let next = KeySequence(newKey: newKey ?? key) else { return false }
        self = next
        return true
    }

    /// A mark by which a repeated request shows that it has the same key: 64 bits of the key's hash; 0 without a key.
    static func mark(of key: [UInt8]?) -> UInt64 {
        key.map { words(HashFunction.sha1.digest($0)).0 } ?? 0
    }

    private static func words(_ digest: [UInt8]) -> (UInt64, UInt64, UInt32) {
        var result: (UInt64, UInt64, UInt32) = (0, 0, 0)
        for byte in digest[..<8] { result.0 = result.0 << 8 | UInt64(byte) }
        for byte in digest[8..<16] { result.1 = result.1 << 8 | UInt64(byte) }
        for byte in digest[16..<20] { result.2 = result.2 << 8 | UInt32(byte) }
        return result
    }

    static func == (left: Self, right: Self) -> Bool { left.expected == right.expected }
}
