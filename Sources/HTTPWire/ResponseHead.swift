/// The head of one response, for the client role. Knows syntax and framing; does not know which request it answers.
package struct ResponseHead: Sendable {
    private var block = FieldBlock()
    private var framing = Framing()

    /// Three digits; any value a server may send.
    package private(set) var status = 0
    /// Of HTTP/1.
    package private(set) var minorVersion = 1

    package init() {}

    mutating func parse(_ head: Span<UInt8>) throws(HTTPFailure) {
        block.load(head)
        let next = try parseStatusLine(head)
        try block.parse(from: next)
        framing = try Framing(block, minorVersion: minorVersion)
    }

    private mutating func parseStatusLine(_ span: Span<UInt8>) throws(HTTPFailure) -> Int {
        // `HTTP/1.1 200` at the least.
        guard span.count >= 14, span[0] == UInt8(ascii: "H"), span[1] == UInt8(ascii: "T"),
            span[2] == UInt8(ascii: "T"), span[3] == UInt8(ascii: "P"), span[4] == UInt8(ascii: "/"),
            span[6] == UInt8(ascii: "."), Characters.isDigit(span[7]), span[8] == Characters.space
        else { throw .startLine }
        guard span[5] == UInt8(ascii: "1") else { throw .version }
        minorVersion = Int(span[7] - UInt8(ascii: "0"))
        status = 0
        for index in 9..<12 {
            guard Characters.isDigit(span[index]) else { throw .startLine }
            status = status * 10 + Int(span[index] - UInt8(ascii: "0"))
        }
        var index = 12
        guard status >= 100, span[index] == Characters.space || span[index] == Characters.carriageReturn
        else { throw .startLine }
        while index < span.count, Characters.isValue(span[index]) { index += 1 }
        guard index + 1 < span.count, span[index] == Characters.carriageReturn,
            span[index + 1] == Characters.lineFeed
        else { throw .startLine }
        return index + 2
    }

    /// An interim answer: another head follows (RFC 9110 section 15.2). 101 is final for HTTP.
    package var isInterim: Bool { status < 200 && status != 101 }
    package var keepsAlive: Bool { !framing.hasClose && (minorVersion >= 1 || framing.hasKeepAlive) }
    package var contentLength: Int? { framing.contentLength }
    package var isChunked: Bool { framing.isChunked }

    package func forEachField<E: Error>(
        _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) throws(E) -> Void
    ) throws(E) {
        try block.forEach(body)
    }

    /// Lends the first field of that name, in lower case, or nil.
    package func withValue<R>(of name: StaticString, _ body: (Span<UInt8>?) -> R) -> R {
        block.withValue(of: name, body)
    }

    package func count(of name: StaticString) -> Int { block.count(of: name) }
}
