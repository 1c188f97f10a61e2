/// Numbers in attributes: ASCII digits and nothing else, with a bound. Knows no attribute.
package enum StrictInteger {
    /// The largest request id (XEP-0124 section 14.1): what a double of JavaScript counts exactly.
    package static let largestRequestID: UInt64 = (1 << 53) - 1

    /// The number, or nil when `text` is empty, has anything but digits or is above `limit`.
    package static func read(_ text: Span<UInt8>, limit: UInt64) -> UInt64? {
        guard text.count > 0 else { return nil }
        var value: UInt64 = 0
        for index in text.indices {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (tens, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
            guard !high, !carry, sum <= limit else { return nil }
            value = sum
        }
        return value
    }

    package static func uint8(_ text: Span<UInt8>) -> UInt8? {
        read(text, limit: UInt64(UInt8.max)).map { UInt8(truncatingIfNeeded: $0) }
    }

    package static func uint16(_ text: Span<UInt8>) -> UInt16? {
        read(text, limit: UInt64(UInt16.max)).map { UInt16(truncatingIfNeeded: $0) }
    }

    /// A request id: 1 to 2^53-1.
    package static func requestID(_ text: Span<UInt8>) -> UInt64? {
        read(text, limit: largestRequestID).flatMap { $0 > 0 ? $0 : nil }
    }
}
