/// Checks that a run of bytes, given in any cuts, is UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
/// U+10FFFF. Knows bytes; keeps four bytes of state.
package struct UTF8Validator: Equatable, Sendable {
    /// Continuation bytes still missing.
    private var missing: UInt8 = 0
    /// The range that the next continuation byte must be in.
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    package init() {}

    /// Whether no character is cut off at this point.
    package var isComplete: Bool { missing == 0 }

    /// Takes the next bytes; false as soon as they cannot be UTF-8.
    package mutating func check(_ bytes: Span<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { missing == 0 && Self.isASCII($0) || scan($0) }
    }

    /// Thirty-two bytes at a time: text is mostly ASCII.
    private static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        guard raw.count >= 16 else { return bytes.allSatisfy { $0 < 0x80 } }
        // The last block overlaps the one before it.
        var seen = raw.loadUnaligned(fromByteOffset: raw.count &- 16, as: SIMD2<UInt64>.self)
        var index = 0
        while raw.count &- index >= 32 {
            seen |= raw.loadUnaligned(fromByteOffset: index, as: SIMD2<UInt64>.self)
            seen |= raw.loadUnaligned(fromByteOffset: index &+ 16, as: SIMD2<UInt64>.self)
            index &+= 32
        }
        if raw.count &- index >= 16 { seen |= raw.loadUnaligned(fromByteOffset: index, as: SIMD2<UInt64>.self) }
        return (seen[0] | seen[1]) & highBits == 0
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        let end = bytes.count
        while index < end {
            if missing == 0 {
                index = skipASCII(bytes, from: index)
                if index == end { return true }
                guard start(bytes[index]) else { return false }
            } else {
                let byte = bytes[index]
                guard byte >= low && byte <= high else { return false }
                missing -= 1
                low = 0x80
                high = 0xBF
            }
            index += 1
        }
        return true
    }

    /// Eight bytes at a time.
    private func skipASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let raw = UnsafeRawBufferPointer(bytes)
        var index = start
        while raw.count &- index >= 8 {
            if raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & Self.highBits != 0 { break }
            index &+= 8
        }
        while index < raw.count, raw[index] < 0x80 { index &+= 1 }
        return index
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    private mutating func start(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0:
            missing = 2
            low = 0xA0
        case 0xE1...0xEC, 0xEE, 0xEF: missing = 2
        case 0xED:
            missing = 2
            high = 0x9F
        case 0xF0:
            missing = 3
            low = 0x90
        case 0xF1...0xF3: missing = 3
        case 0xF4:
            missing = 3
            high = 0x8F
        default: return false
        }
        return true
    }
}
