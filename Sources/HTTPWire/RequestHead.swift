internal import Bytes

/// The head of one request: what the request line and the fields that frame the message say. Knows syntax and RFC 9112;
/// does not know paths or what is allowed on them. One is kept per thread and filled again for every request, so what
/// is needed later must be copied out.
package struct RequestHead: Sendable {
    package enum Expectation: UInt8, Sendable {
        case none
        /// The client waits for 100 or a final answer before it sends its body.
        case `continue`
        /// Something we do not know; answered 417.
        case other
    }

    private var block = FieldBlock()
    private var target = RequestTarget()
    private var framing = Framing()
    private var hostRange: Range<Int>?

    package private(set) var method = HTTPMethod.other
    /// Of HTTP/1.
    package private(set) var minorVersion = 1
    package private(set) var expectation = Expectation.none

    package init() {}

    /// Reads a head that is there as a whole.
    mutating func parse(_ head: Span<UInt8>) throws(HTTPFailure) {
        block.load(head)
        // A head that fails half way must not point into the bytes of the one before it.
        target = RequestTarget()
        hostRange = nil
        let next = try parseRequestLine(head)
        try block.parse(from: next)
        framing = try Framing(block, minorVersion: minorVersion)
        try checkHost()
        expectation = minorVersion == 0 ? .none : readExpectation()
        if target.path == nil, target.form == .absolute { target.path = block.add(UInt8(ascii: "/")) }
    }

    /// Where the line behind the request line starts.
    private mutating func parseRequestLine(_ span: Span<UInt8>) throws(HTTPFailure) -> Int {
        var index = 0
        while index < span.count, Characters.isToken(span[index]) { index += 1 }
        guard index > 0, index < span.count, span[index] == Characters.space else { throw .startLine }
        method = HTTPMethod(span.extracting(..<index))
        let start = index + 1
        index = start
        while index < span.count, span[index] > 0x20, span[index] < 0x7F { index += 1 }
        guard index > start, index < span.count, span[index] == Characters.space else { throw .startLine }
        let range = start..<index
        minorVersion = try Self.version(span, at: index + 1)
        // A fragment never goes over the wire (RFC 9110 section 7.1).
        if ASCII.firstIndex(of: UInt8(ascii: "#"), in: span.extracting(range)) != nil { throw .target }
        target = try RequestTarget(span, range, method: method)
        return index + 11
    }

    /// `HTTP/1.x` and the end of the line; returns x.
    static func version(_ span: Span<UInt8>, at start: Int) throws(HTTPFailure) -> Int {
        guard start + 10 <= span.count, ASCII.equal(span.extracting(start..<start + 5), "HTTP/"),
            Characters.isDigit(span[start + 5]), span[start + 6] == UInt8(ascii: "."),
            Characters.isDigit(span[start + 7]), span[start + 8] == Characters.carriageReturn,
            span[start + 9] == Characters.lineFeed
        else { throw .startLine }
        guard span[start + 5] == UInt8(ascii: "1") else { throw .version }
        return Int(span[start + 7] - UInt8(ascii: "0"))
    }

    /// Exactly one valid Host on HTTP/1.1, at most one on 1.0 (RFC 9112 section 3.2). The target's authority wins.
    private mutating func checkHost() throws(HTTPFailure) {
        let count = block.count(of: "host")
        guard count == 1 || count == 0 && minorVersion == 0 else { throw .host }
        let named = block.range(of: "host")
        if let named, !RequestTarget.isHost(block.bytes.span.extracting(named)) { throw .host }
        hostRange = target.authority ?? named
    }

    private func readExpectation() -> Expectation {
        var result = Expectation.none
        _ = block.contains(in: "expect") { token in
            let isContinue = ASCII.equalIgnoringCase(token, lower: "100-continue")
            result = isContinue && result != .other ? .continue : .other
            return false
        }
        return result
    }

    // MARK: What it says

    package var form: RequestTarget.Form { target.form }
    /// Whether the connection may carry another request after this one (RFC 9112 section 9.3).
    package var keepsAlive: Bool { !framing.hasClose && (minorVersion >= 1 || framing.hasKeepAlive) }
    package var contentLength: Int? { framing.contentLength }
    package var isChunked: Bool { framing.isChunked }
    /// Whether a body of any size but 0 is announced.
    package var hasBody: Bool { framing.isChunked || framing.contentLength ?? 0 > 0 }

    /// Lends the path, still escaped; empty for `*` and CONNECT.
    package func withPath<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        try body(block.bytes.span.extracting(target.path ?? 0..<0))
    }

    /// Lends what follows the question mark, or nil when there is none.
    package func withQuery<R, E: Error>(_ body: (Span<UInt8>?) throws(E) -> R) throws(E) -> R {
        guard let query = target.query else { return try body(nil) }
        return try body(block.bytes.span.extracting(query))
    }

    /// Lends host and port as the client wrote them, from the target or from Host; nil only on HTTP/1.0.
    package func withHost<R, E: Error>(_ body: (Span<UInt8>?) throws(E) -> R) throws(E) -> R {
        guard let hostRange else { return try body(nil) }
        return try body(block.bytes.span.extracting(hostRange))
    }

    /// Lends every field in order; values come without surrounding white space.
    package func forEachField<E: Error>(
        _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) throws(E) -> Void
    ) throws(E) {
        try block.forEach(body)
    }

    /// Lends the first field of that name, in lower case, or nil.
    package func withValue<R>(of name: StaticString, _ body: (Span<UInt8>?) -> R) -> R {
        block.withValue(of: name, body)
    }

    /// Lends every value of that name, in lower case.
    package func forEachField(named name: StaticString, _ body: (Span<UInt8>) -> Void) {
        block.forEach { field, value in
            if ASCII.equalIgnoringCase(field, lower: name) { body(value) }
        }
    }

    package func count(of name: StaticString) -> Int { block.count(of: name) }

    /// Whether the list in all fields of that name has an element that `matches`.
    package func list(_ name: StaticString, contains matches: (Span<UInt8>) -> Bool) -> Bool {
        block.contains(in: name, where: matches)
    }
}
