/// The ASCII form of a domain's labels (RFC 3492, RFC 5890). Knows the encoding; what is a valid label is others' business.
package enum Punycode {
    // RFC 3492 section 5.
    private static let base = 36
    private static let smallestThreshold = 1
    private static let largestThreshold = 26
    private static let skew = 38
    private static let damp = 700

    /// A domain with each label that is not ASCII as `xn--…`; one that cannot be encoded comes back as it is.
    package static func domain(_ name: String) -> String {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return name }
        return name.split(separator: ".", omittingEmptySubsequences: false).map { label($0) }.joined(separator: ".")
    }

    private static func label(_ text: Substring) -> String {
        // Longer ones are no labels, and the arithmetic below stays small.
        guard !text.utf8.allSatisfy({ $0 < 0x80 }), text.utf8.count <= 255 else { return String(text) }
        return "xn--" + encode(text.unicodeScalars.map { Int($0.value) })
    }

    /// RFC 3492 section 6.3.
    private static func encode(_ points: [Int]) -> String {
        var output = points.filter { $0 < 0x80 }.map { UInt8($0) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var (current, delta, bias, handled) = (0x80, 0, 72, basic)
        while handled < points.count {
            let next = points.filter { $0 >= current }.min() ?? current
            delta += (next - current) * (handled + 1)
            current = next
            for point in points {
                if point < current { delta += 1 }
                guard point == current else { continue }
                appendNumber(delta, bias, to: &output)
                bias = adapted(delta, points: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            current += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func appendNumber(_ number: Int, _ bias: Int, to output: inout [UInt8]) {
        var rest = number
        var place = base
        while true {
            let threshold = min(max(place - bias, smallestThreshold), largestThreshold)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            place += base
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: Int) -> UInt8 {
        UInt8(value < 26 ? value + 0x61 : value - 26 + 0x30)
    }

    private static func adapted(_ delta: Int, points: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / points
        var steps = 0
        while delta > (base - smallestThreshold) * largestThreshold / 2 {
            delta /= base - smallestThreshold
            steps += base
        }
        return steps + (base - smallestThreshold + 1) * delta / (delta + skew)
    }
}
