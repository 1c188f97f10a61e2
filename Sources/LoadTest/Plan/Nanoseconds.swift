/// Points and spans of time in nanoseconds, and how they are written: `50ms`, `1.5s`. Knows no clock.

/// A span, or a point on the monotonic clock.
package typealias Nanoseconds = UInt64

package enum TimeText {
    private static let units: [(name: String, size: Double)] = [
        ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("m", 60e9), ("h", 3_600e9),
    ]

    /// The span that a number with a unit means; a bare number counts seconds. Nil for anything else.
    package static func parse(_ text: String) -> Nanoseconds? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count)
        guard let value = Double(number), value.isFinite else { return nil }
        let size = unit.isEmpty ? 1e9 : units.first { $0.name == unit }?.size
        guard let size, value * size < 1e18 else { return nil }
        return Nanoseconds((value * size).rounded())
    }

    /// Three significant digits in the unit that fits: `912 us`, `1.25 ms`, `3.40 s`.
    package static func short(_ span: Nanoseconds) -> String {
        let value = Double(span)
        switch span {
        case ..<1_000: return "\(span) ns"
        case ..<1_000_000: return "\(Decimal.text(value / 1e3, digits: value < 10e3 ? 2 : value < 100e3 ? 1 : 0)) us"
        case ..<1_000_000_000:
            return "\(Decimal.text(value / 1e6, digits: value < 10e6 ? 2 : value < 100e6 ? 1 : 0)) ms"
        default: return "\(Decimal.text(value / 1e9, digits: value < 10e9 ? 2 : value < 100e9 ? 1 : 0)) s"
        }
    }
}

/// Numbers as people read them, without a locale.
package enum Decimal {
    /// `digits` places behind the point, rounded.
    package static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let whole = scaled / Int64(scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let rest = "\(scaled % Int64(scale))"
        return "\(sign)\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// Without places behind the point where there is nothing behind it, else with two.
    package static func short(_ value: Double) -> String {
        text(value, digits: value == value.rounded() ? 0 : 2)
    }

    /// With a comma between thousands.
    package static func grouped(_ value: Double) -> String {
        let plain = text(value, digits: 0)
        let digits = Array(plain)
        var result = ""
        for (index, digit) in digits.enumerated() {
            let left = digits.count - index
            if index > 0, left % 3 == 0, digits[index - 1] != "-" { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
