/// The written forms of sizes, times, counts and switches, read and written. Knows no keys.
package enum WrittenValue {
    static let sizeForm = "a size, such as 262144, 256 KiB or 1 MiB"
    static let timeForm = "a time with its unit, such as 500 ms, 10 s, 5 min or 1 h"
    static let countForm = "a whole number"
    static let switchForm = "true or false"

    private static let sizeUnits: [(name: String, factor: UInt64)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]
    private static let timeUnits: [(name: String, factor: UInt64)] = [
        ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// Bytes.
    package static func size(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        let factor = unit.isEmpty ? 1 : sizeUnits.first { $0.name.lowercased() == unit.lowercased() }?.factor
        return factor.flatMap { product(number, $0) }.flatMap(Int.init(exactly:))
    }

    /// Milliseconds. A number alone could mean seconds as well, so only 0 may stand without a unit.
    package static func time(_ text: String) -> UInt64? {
        guard let (number, unit) = split(text) else { return nil }
        if unit.isEmpty { return number == 0 ? 0 : nil }
        return timeUnits.first { $0.name == unit.lowercased() }.flatMap { product(number, $0.factor) }
    }

    package static func count(_ text: String) -> Int? {
        guard let (number, unit) = split(text), unit.isEmpty else { return nil }
        return Int(exactly: number)
    }

    package static func isOn(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    package static func text(size: Int) -> String {
        text(UInt64(clamping: size), sizeUnits.dropLast()) ?? "\(size)"
    }

    package static func text(time: UInt64) -> String {
        text(time, timeUnits[...]) ?? "0"
    }

    private static func text(_ value: UInt64, _ units: ArraySlice<(name: String, factor: UInt64)>) -> String? {
        units.first { value > 0 && value % $0.factor == 0 }.map { "\(value / $0.factor) \($0.name)" }
    }

    /// The digits in front and the unit behind, with or without a space between.
    private static func split(_ text: String) -> (UInt64, Substring)? {
        let digits = text.prefix { ("0"..."9").contains($0) || $0 == "_" }
        guard digits.first?.isNumber == true, let number = UInt64(digits.filter { $0 != "_" }) else { return nil }
        return (number, text.dropFirst(digits.count).drop { $0 == " " })
    }

    private static func product(_ one: UInt64, _ other: UInt64) -> UInt64? {
        let (product, overflow) = one.multipliedReportingOverflow(by: other)
        return overflow ? nil : product
    }
}
