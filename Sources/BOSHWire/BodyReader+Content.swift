internal import XMPPWire
internal import Bytes

/// Cuts what is inside `<body>` into elements and has each checked alone. Where a cut could be wrong the bytes are not XML,
/// and the checker, which sees every byte between the two tags, refuses the piece. Knows tags and quotes.
extension BodyReader {
    /// Hands the place of each element to `add`.
    func scanContent(
        _ body: Span<UInt8>, _ add: (Range<Int>) throws(BodyFailure) -> Void
    ) throws(BodyFailure) {
        var at = tag.end
        while !tag.isEmpty {
            at = try skipBlank(body, at)
            guard at + 1 < body.count else { throw .malformed }
            if body[at + 1] == UInt8(ascii: "/") {
                at = try endTag(body, at)
                break
            }
            let end = try endOfElement(body, at)
            try add(at..<end)
            at = end
        }
        guard MarkupByte.skipSpace(body, at) == body.count else { throw .malformed }
    }

    private func skipBlank(_ body: Span<UInt8>, _ start: Int) throws(BodyFailure) -> Int {
        let at = MarkupByte.skipSpace(body, start)
        guard at < body.count else { throw .malformed }
        guard body[at] == UInt8(ascii: "<") else { throw .text }
        return at
    }

    private func endTag(_ body: Span<UInt8>, _ start: Int) throws(BodyFailure) -> Int {
        let nameEnd = start + 2 + tag.name.count
        guard nameEnd < body.count,
            MarkupByte.equal(body.extracting(start + 2..<nameEnd), body.extracting(tag.name))
        else { throw .malformed }
        let close = MarkupByte.skipSpace(body, nameEnd)
        guard close < body.count, body[close] == UInt8(ascii: ">") else { throw .malformed }
        return close + 1
    }

    /// The place after the element that begins at `start`.
    private func endOfElement(_ body: Span<UInt8>, _ start: Int) throws(BodyFailure) -> Int {
        var at = start
        var depth = 0
        while at + 1 < body.count {
            switch body[at + 1] {
            case UInt8(ascii: "!"):
                at = try endOfCDATA(body, at)
            case UInt8(ascii: "?"):
                throw .malformed
            case UInt8(ascii: "/"):
                depth -= 1
                guard let close = ASCII.firstIndex(of: UInt8(ascii: ">"), in: body, from: at) else { throw .malformed }
                at = close + 1
            default:
                let (end, isEmpty) = try endOfTag(body, at)
                depth += isEmpty ? 0 : 1
                at = end
            }
            if depth <= 0 { return at }
            guard let next = ASCII.firstIndex(of: UInt8(ascii: "<"), in: body, from: at) else { throw .malformed }
            at = next
        }
        throw .malformed
    }

    private func endOfTag(_ body: Span<UInt8>, _ start: Int) throws(BodyFailure) -> (Int, isEmpty: Bool) {
        var at = start + 1
        while at < body.count {
            let byte = body[at]
            if byte == UInt8(ascii: ">") { return (at + 1, body[at - 1] == UInt8(ascii: "/")) }
            if MarkupByte.isQuote(byte) {
                guard let close = ASCII.firstIndex(of: byte, in: body, from: at + 1) else { throw .malformed }
                at = close
            }
            at += 1
        }
        throw .malformed
    }

    private func endOfCDATA(_ body: Span<UInt8>, _ start: Int) throws(BodyFailure) -> Int {
        let content = start + 9
        guard content <= body.count, ASCII.equal(body.extracting(start..<content), "<![CDATA[") else {
            throw .malformed
        }
        var from = content
        while let close = ASCII.firstIndex(of: UInt8(ascii: ">"), in: body, from: from) {
            if close >= content + 2, body[close - 1] == UInt8(ascii: "]"), body[close - 2] == UInt8(ascii: "]") {
                return close + 1
            }
            from = close + 1
        }
        throw .malformed
    }

    /// Has one element checked, completed by the declarations it takes from `<body>`.
    func add(
        _ range: Range<Int>, _ body: Span<UInt8>, _ checker: StanzaChecker, _ limits: XMLLimits
    ) throws(BodyFailure) {
        guard children.count < Self.maxElements else { throw .tooManyElements }
        let text = completes(range, body) ? completed(range, body) : nil
        do {
            let element =
                if let text {
                    try checker.check(text.span, limits: limits)
                } else {
                    try checker.check(body.extracting(range), limits: limits)
                }
            children.append(Child(range: range, text: text, element: element))
        } catch {
            throw .element(error)
        }
    }
}
