/// The checksum of version 2 headers (RFC 3309, Castagnoli's polynomial), bit by bit: a header is short and comes once a
/// connection.
enum CRC32C {
    private static let polynomial: UInt32 = 0x82F6_3B78

    /// - Parameter hole: counts as zeros, since the checksum itself stands there.
    static func of(_ bytes: Span<UInt8>, zeroing hole: Range<Int>) -> UInt32 {
        var sum = UInt32.max
        for index in bytes.indices {
            sum ^= hole.contains(index) ? 0 : UInt32(bytes[index])
            for _ in 0..<8 { sum = sum & 1 != 0 ? sum >> 1 ^ polynomial : sum >> 1 }
        }
        return ~sum
    }
}
