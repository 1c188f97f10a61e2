internal import Bytes

/// Which coding a body has, and which one an answer should have (RFC 9110 sections 8.4 and 12.5.3). Knows names and weights;
/// does not compress.
package enum ContentCoding: UInt8, Sendable {
    case identity
    case gzip

    /// The best acceptable coding, the smaller one among equals; nil when none is acceptable.
    package static func choose(_ head: RequestHead, hasGzip: Bool) -> ContentCoding? {
        var gzip: Int?
        var identity: Int?
        var others: Int?
        _ = head.list("accept-encoding") { element in
            let name = token(element)
            let weight = weight(element, from: name.upperBound)
            let coding = element.extracting(name)
            if ASCII.equalIgnoringCase(coding, lower: "gzip") || ASCII.equalIgnoringCase(coding, lower: "x-gzip") {
                gzip = weight
            } else if ASCII.equalIgnoringCase(coding, lower: "identity") {
                identity = weight
            } else if ASCII.equal(coding, "*") {
                others = weight
            }
            return false
        }
        // Without a word about it identity is acceptable, but less than what is asked for.
        let plain = identity ?? (others == 0 ? 0 : 1)
        let packed = hasGzip ? gzip ?? others ?? 0 : 0
        if packed > 0 && packed >= (identity ?? 0) { return .gzip }
        return plain > 0 ? .identity : nil
    }

    /// What a request's body is coded in by Content-Encoding (RFC 9110 section 8.4); nil for what is not known here, and for
    /// more than one coding.
    package static func ofBody(_ head: RequestHead) -> ContentCoding? {
        var coding = ContentCoding.identity
        let hasUnknown = head.list("content-encoding") { name in
            if ASCII.equalIgnoringCase(name, lower: "identity") { return false }
            let isGzip = ASCII.equalIgnoringCase(name, lower: "gzip") || ASCII.equalIgnoringCase(name, lower: "x-gzip")
            guard isGzip, coding == .identity else { return true }
            coding = .gzip
            return false
        }
        return hasUnknown ? nil : coding
    }

    private static func token(_ element: Span<UInt8>) -> Range<Int> {
        var end = 0
        while end < element.count, Characters.isToken(element[end]) { end += 1 }
        return 0..<end
    }

    /// The `q` parameter in thousandths; 1000 without one, 0 for one that is malformed.
    private static func weight(_ element: Span<UInt8>, from start: Int) -> Int {
        let rest = element.extracting(TokenList.trimmed(element, start..<element.count))
        guard rest.count > 0 else { return 1_000 }
        guard rest[0] == Characters.semicolon else { return 0 }
        let parameter = rest.extracting(TokenList.trimmed(rest, 1..<rest.count))
        guard parameter.count > 2, ASCII.equalIgnoringCase(parameter.extracting(..<2), lower: "q="),
            let whole = digit(parameter[2]), whole <= 1
        else { return 0 }
        var value = whole * 1_000
        if parameter.count == 3 { return value }
        guard parameter[3] == UInt8(ascii: "."), parameter.count <= 7 else { return 0 }
        var scale = 100
        for index in 4..<parameter.count {
            guard let digit = digit(parameter[index]) else { return 0 }
            value += digit * scale
            scale /= 10
        }
        return min(value, 1_000)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        Characters.isDigit(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }
}
