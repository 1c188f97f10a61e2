/// IP addresses as numbers, read from their written forms (RFC 4291 section 2.2). An IPv4 address and its IPv4-mapped IPv6
/// form are the same value. Knows no sockets, ports or names.
package struct IPAddress: Hashable, Sendable {
    /// The IPv6 form, the first byte highest.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(ipv4: UInt32) {
        self.init(high: 0, low: Self.mapped | UInt64(ipv4))
    }

    /// ::ffff:0:0/96.
    private static let mapped: UInt64 = 0xFFFF_0000_0000

    /// The IPv4 address it is, also when it came as mapped.
    package var ipv4: UInt32? {
        high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// `192.0.2.1` without leading zeros, or an IPv6 literal without brackets and zone; nil for anything else.
    package init?(_ text: Span<UInt8>) {
        if ASCII.firstIndex(of: UInt8(ascii: ":"), in: text) == nil {
            guard let number = Self.ipv4(text) else { return nil }
            self.init(ipv4: number)
        } else {
            guard let (high, low) = Self.ipv6(text) else { return nil }
            self.init(high: high, low: low)
        }
    }

    package init?(_ text: some StringProtocol) {
        self.init(Array(text.utf8).span)
    }

    private static func ipv4(_ text: Span<UInt8>) -> UInt32? {
        var result: UInt32 = 0
        var start = 0
        for part in 0..<4 {
            var end = start
            var number: UInt32 = 0
            while end < text.count, end - start < 3, let digit = hexValue(text[end]), digit < 10 {
                number = number * 10 + UInt32(digit)
                end += 1
            }
            let hasLeadingZero = end - start > 1 && text[start] == UInt8(ascii: "0")
            guard end > start, number <= 255, !hasLeadingZero else { return nil }
            result = result << 8 | number
            if part == 3 { return end == text.count ? result : nil }
            guard end < text.count, text[end] == UInt8(ascii: ".") else { return nil }
            start = end + 1
        }
        return nil
    }

    private static func ipv6(_ text: Span<UInt8>) -> (UInt64, UInt64)? {
        var groups: [UInt16] = []
        /// How many groups stand before `::`.
        var gap: Int?
        var index = 0
        if text.count >= 2, text[0] == UInt8(ascii: ":"), text[1] == UInt8(ascii: ":") {
            gap = 0
            index = 2
        }
        while index < text.count {
            guard groups.count < 8 else { return nil }
            var end = index
            var number: UInt16 = 0
            while end < text.count, end - index < 4, let digit = hexValue(text[end]) {
                number = number << 4 | UInt16(digit)
                end += 1
            }
            if end < text.count, text[end] == UInt8(ascii: "."), groups.count <= 6 {
                guard let tail = ipv4(text.extracting(index...)) else { return nil }
                groups += [UInt16(truncatingIfNeeded: tail >> 16), UInt16(truncatingIfNeeded: tail)]
                break
            }
            guard end > index else { return nil }
            groups.append(number)
            if end == text.count { break }
            guard text[end] == UInt8(ascii: ":"), end + 1 < text.count else { return nil }
            index = end + 1
            if text[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        return join(groups, gap)
    }

    private static func join(_ groups: [UInt16], _ gap: Int?) -> (UInt64, UInt64)? {
        guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - groups.count)
        let place = gap ?? 8
        let all = groups.prefix(place) + zeros + groups.dropFirst(place)
        let words = all.reduce(into: (UInt64(0), UInt64(0), 0)) { words, group in
            if words.2 < 4 { words.0 = words.0 << 16 | UInt64(group) } else { words.1 = words.1 << 16 | UInt64(group) }
            words.2 += 1
        }
        return (words.0, words.1)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch ASCII.lower(byte) {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): ASCII.lower(byte) - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        if let ipv4 { return [24, 16, 8, 0].map { "\(ipv4 >> $0 & 0xFF)" }.joined(separator: ".") }
        return ipv6Text
    }

    /// Eight groups without `::`, which every reader takes; of an IPv4 address its mapped form.
    package var ipv6Text: String {
        [high, low].flatMap { word in [48, 32, 16, 0].map { String(word >> $0 & 0xFFFF, radix: 16) } }
            .joined(separator: ":")
    }
}
