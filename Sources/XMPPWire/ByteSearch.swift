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

    /// The first byte of a mask that is set; one is.
    @inline(__always)
    private static func first(_ mask: SIMD2<UInt64>) -> Int {
        let low = UInt64(littleEndian: mask[0])
        if low != 0 { return low.trailingZeroBitCount &>> 3 }
        return 8 &+ UInt64(littleEndian: mask[1]).trailingZeroBitCount &>> 3
    }
}
