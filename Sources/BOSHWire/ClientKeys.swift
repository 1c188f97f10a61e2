internal import Crypto
internal import Bytes

/// The client's side of key sequences: keys made in advance and used backwards (XEP-0124 section 15.3).
struct ClientKeys: Sendable {
    private let length: Int
    /// Keys not used yet; the last is the next.
    private var keys: [[UInt8]]

    /// - Parameter length: keys of one sequence, 2 or more.
    init(length: Int) {
        self.length = length
        keys = Self.make(length)
    }

    /// `newkey` of the creation request.
    mutating func first() -> [UInt8] { keys.removeLast() }

    /// `key` of the next request and, with the last of a sequence, `newkey`.
    mutating func next() -> (key: [UInt8], newKey: [UInt8]?) {
        let key = keys.removeLast()
        guard keys.isEmpty else { return (key, nil) }
        keys = Self.make(length)
        return (key, keys.removeLast())
    }

    private static func make(_ length: Int) -> [[UInt8]] {
        var key = SecureRandom.bytes(20)
        return (0..<max(length, 2)).map { _ in
            key = Hex.encode(HashFunction.sha1.digest(key))
            return key
        }
    }
}
