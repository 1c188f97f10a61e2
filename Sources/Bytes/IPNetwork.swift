/// A network of addresses in the notation of RFC 4632, such as 10.0.0.0/8 or 2001:db8::/32. Knows whether an address is in
/// it.
package struct IPNetwork: Hashable, Sendable {
    private let address: IPAddress
    /// Leading bits of the IPv6 form that count, 0 to 128.
    private let bits: Int

    /// An address alone is a network of one.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let isIPv4 = address.ipv4 != nil && !parts[0].contains(":")
        let width = isIPv4 ? 32 : 128
        var bits = width
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), number <= width
            else { return nil }
            bits = number
        }
        self.bits = bits + (isIPv4 ? 96 : 0)
        self.address = IPAddress(
            high: address.high & Self.mask(self.bits), low: address.low & Self.mask(self.bits - 64))
    }

    package func contains(_ other: IPAddress) -> Bool {
        other.high & Self.mask(bits) == address.high && other.low & Self.mask(bits - 64) == address.low
    }

    /// Whether all its addresses are in the other one.
    package func isWithin(_ other: IPNetwork) -> Bool { bits >= other.bits && other.contains(address) }

    /// The leading `bits` of a word, all of them from 64 on and none below 1.
    private static func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String {
        if bits >= 96, address.ipv4 != nil { return "\(address)/\(bits - 96)" }
        return "\(address)/\(bits)"
    }
}
