internal import Bytes

/// Decides which part of a file a request wants (RFC 9110 section 14.2). One range is served; several are answered with
/// the whole, so that nobody can ask for the same bytes a hundred times.
package enum ByteRange {
    package enum Outcome: Equatable, Sendable {
        case whole
        case part(Range<Int>)
        /// 416
        case unsatisfiable
    }

    package static func evaluate(
        _ head: RequestHead, size: Int, tag: [UInt8], lastModified: Int, now: Int
    ) -> Outcome {
        guard head.method == .get, head.count(of: "range") == 1 else { return .whole }
        let outcome = head.withValue(of: "range") { value in
            guard let value else { return Outcome.whole }
            return parse(value, size: size)
        }
        guard outcome != .whole,
            Preconditions.allowsRange(head, tag: tag, lastModified: lastModified, now: now)
        else { return .whole }
        return outcome
    }

    private static func parse(_ value: Span<UInt8>, size: Int) -> Outcome {
        guard value.count > 6, ASCII.equalIgnoringCase(value.extracting(..<6), lower: "bytes=") else { return .whole }
        let part = value.extracting(TokenList.trimmed(value, 6..<value.count))
        guard let dash = ASCII.firstIndex(of: UInt8(ascii: "-"), in: part) else { return .whole }
        let first = part.extracting(..<dash)
        let last = part.extracting((dash + 1)...)
        if first.count == 0 {
            guard let length = number(last) else { return .whole }
            guard length > 0, size > 0 else { return .unsatisfiable }
            return .part(max(0, size - length)..<size)
        }
        guard let start = number(first) else { return .whole }
        guard last.count > 0 else { return start < size ? .part(start..<size) : .unsatisfiable }
        guard let end = number(last), end >= start else { return .whole }
        guard start < size else { return .unsatisfiable }
        return .part(start..<min(size, end + 1))
    }

    /// Nil for what is no number; one too large to count becomes the largest, which is past every end.
    private static func number(_ digits: Span<UInt8>) -> Int? {
        guard digits.count > 0 else { return nil }
        var value = 0
        for index in digits.indices {
            guard Characters.isDigit(digits[index]) else { return nil }
            if value < Int.max / 100 { value = value * 10 + Int(digits[index] - UInt8(ascii: "0")) }
        }
        return value
    }
}
