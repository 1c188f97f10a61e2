/// XORs bytes with a masking key (RFC 6455 section 5.3), thirty-two at a time. Knows no frames.
struct Masking: Equatable, Sendable {
    /// The lowest byte belongs to the next byte of payload.
    private var key: UInt32

    /// - Parameter key: its lowest byte is the first on the wire.
    init(key: UInt32) { self.key = key }

    /// Masks or unmasks the next bytes of the payload, `range` of `bytes`, in place.
    /// - Returns: whether all of them are ASCII afterwards, which costs nothing to find out on the way.
    mutating func apply(to bytes: inout MutableSpan<UInt8>, _ range: Range<Int>) -> Bool {
        bytes.withUnsafeMutableBytes { apply(to: UnsafeMutableRawBufferPointer(rebasing: $0[range])) }
    }

    /// The same for the whole of `bytes`.
    mutating func apply(to bytes: UnsafeMutableRawBufferPointer) -> Bool {
        let allASCII = run(bytes)
        // Shifting by whole bytes keeps the key in step with the payload.
        let turn = UInt32(truncatingIfNeeded: bytes.count & 3) &* 8
        key = key >> turn | key << ((32 &- turn) & 31)
        return allASCII
    }

    private func run(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let word = (UInt64(key) << 32 | UInt64(key)).littleEndian
        let pattern = SIMD4(repeating: word)
        var seen = SIMD4<UInt64>(repeating: 0)
        var index = 0
        while index &+ 32 <= bytes.count {
            let block = base.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self) ^ pattern
            base.storeBytes(of: block, toByteOffset: index, as: SIMD4<UInt64>.self)
            seen |= block
            index &+= 32
        }
        var all = seen[0] | seen[1] | seen[2] | seen[3]
        while index &+ 8 <= bytes.count {
            let block = base.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ word
            base.storeBytes(of: block, toByteOffset: index, as: UInt64.self)
            all |= block
            index &+= 8
        }
        var rest = UInt64(key) << 32 | UInt64(key)
        while index < bytes.count {
            let byte = base.load(fromByteOffset: index, as: UInt8.self) ^ UInt8(truncatingIfNeeded: rest)
            base.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            all |= UInt64(byte)
            rest >>= 8
            index &+= 1
        }
        return all & 0x8080_8080_8080_8080 == 0
    }
}
