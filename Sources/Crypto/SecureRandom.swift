internal import COpenSSL

/// Random bytes that nobody can predict, for keys, nonces and session ids. Knows nothing of their use.
package enum SecureRandom {
    /// Overwrites all of `bytes`.
    package static func fill(_ bytes: inout [UInt8]) {
        let size = bytes.count
        let filled = bytes.withUnsafeMutableBufferPointer { RAND_bytes($0.baseAddress, CInt(size)) }
        // Going on with guessable ids would be worse than to stop.
        precondition(filled == 1, "the system has no random bytes")
    }

    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        fill(&bytes)
        return bytes
    }
}
