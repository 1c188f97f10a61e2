/// Finds a byte, sixteen at a time: most of a stream is text and attribute values. Knows nothing of what it finds.
enum ByteSearch {
    /// The first place of `byte` at or after `start`, or `count`.
    @inline(__always)
    static func find(_ byte: UInt8, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
        let raw = UnsafeRawPointer(bytes)
        let pattern = SIMD16<UInt8>(repeating: byte)
        var index = start
        while count &- index >= 16 {
            let hits = raw.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self) .== pattern
            if any(hits) { return index &+ first(unsafeBitCast(hits, to: SIMD2<UInt64>.self)) }
            index &+= 16
        }
        while index < count, bytes[index] != byte { index &+= 1 }
        return index
    }

    /// The first byte below `limit` at or after `start`, or `count`; `limit` is at most 128. Eight at a time: it is for
    /// words.
    @inline(__always)
    static func findBelow(_ limit: UInt8, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
        let raw = UnsafeRawPointer(bytes)
        let pattern = 0x0101_0101_0101_0101 &* UInt64(limit)
        var index = start
        while count &- index >= 8 {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // The highest bit of each byte below the limit; a borrow can only mark bytes behind the first.
            let below = (word &- pattern) & ~word & 0x8080_8080_8080_8080
            if below != 0 { return index &+ below.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < count, bytes[index] >= limit { index &+= 1 }
        return index
    }

    /// The first place at or after `start` of one of the two bytes or of what XML has its rules for: control characters,
    /// `&`, and 0xEF, with which two forbidden characters begin; or `count`.
    @inline(__always)
    static func findSpecial(_ one: UInt8, _ other: UInt8, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int)
        -> Int
    {
        let raw = UnsafeRawPointer(bytes)
        let first = SIMD16<UInt8>(repeating: one)
        let second = SIMD16<UInt8>(repeating: other)
        let reference = SIMD16<UInt8>(repeating: UInt8(ascii: "&"))
        let noncharacter = SIMD16<UInt8>(repeating: 0xEF)
        let space = SIMD16<UInt8>(repeating: 0x20)
        var index = start
        while count &- index >= 16 {
            let word = raw.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            let hits =
                (word .== first) .| (word .== second) .| (word .== reference) .| (word .== noncharacter)
                .| (word .< space)
            if any(hits) { return index &+ Self.first(unsafeBitCast(hits, to: SIMD2<UInt64>.self)) }
            index &+= 16
        }
        while index < count {
            let byte = bytes[index]
            if byte == one || byte == other || byte == UInt8(ascii: "&") || byte == 0xEF || byte < 0x20 { return index }
            index &+= 1
        }
        return index
    }

    /// The first byte at or after `start` that is no letter of ASCII, or `count`. Eight at a time.
    @inline(__always)
    static func endOfLetters(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
        let raw = UnsafeRawPointer(bytes)
        var index = start
        while count &- index >= 8 {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // Sums of seven bits stay in their bytes; the highest bit says `a` or more, and more than `z`.
            let lower = word & 0x7F7F_7F7F_7F7F_7F7F | 0x2020_2020_2020_2020
            let letters = (lower &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(lower &+ 0x0505_0505_0505_0505) & ~word
            let others = ~letters & 0x8080_8080_8080_8080
            if others != 0 { return index &+ others.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < count, bytes[index] | 0x20 >= UInt8(ascii: "a"), bytes[index] | 0x20 <= UInt8(ascii: "z") {
            index &+= 1
        }
        return index
    }

    /// The first byte of a mask that is set; one is.
    @inline(__always)
    private static func first(_ mask: SIMD2<UInt64>) -> Int {
        let low = UInt64(littleEndian: mask[0])
        if low != 0 { return low.trailingZeroBitCount &>> 3 }
        return 8 &+ UInt64(littleEndian: mask[1]).trailingZeroBitCount &>> 3
    }
}
