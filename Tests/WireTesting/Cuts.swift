/// Ways to cut one byte run into pieces, for the test every wire has: the same events however the bytes are cut.
package enum Cuts {
    /// Whole, every cut in two, and byte by byte.
    package static func all(of bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
        var result = [[bytes[...]], bytes.indices.map { bytes[$0...$0] }]
        for cut in bytes.indices.dropFirst() { result.append([bytes[..<cut], bytes[cut...]]) }
        return result
    }

    /// `count` random cuttings from a seed, so that a failure can be repeated.
    package static func random(of bytes: [UInt8], count: Int, seed: UInt64) -> [[ArraySlice<UInt8>]] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let size = Int.random(in: 1...max(1, min(rest.count, 1 + rest.count / 3)), using: &generator)
                pieces.append(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            return pieces
        }
    }
}

/// A small repeatable random number generator (SplitMix64).
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
