/// Cuts requests out of a client's bytes (RFC 9112), one event at a time. Knows heads, bodies and their limits; keeps
/// no bytes between calls, and knows no sockets, timers or paths.
package struct RequestDecoder: Sendable {
    /// What the next bytes are. The owner drops `used` bytes and calls again.
    package enum Step: Equatable, Sendable {
        /// Nothing was used; call again with the same bytes and more behind them.
        case needMore
        /// A request begins: the head is filled in. `body` and `end` follow, also when there is no body.
        case head(used: Int)
        /// Decoded bytes of the body as a place in the input; may be empty.
        case body(Range<Int>, used: Int)
        /// The request is complete.
        case end(used: Int)
    }

    private enum Phase: UInt8 {
        case head
        /// The head is out, and the owner may still set the limit of its body.
        case beforeBody
        case body
    }

    private let limits: HTTPLimits
    private var phase = Phase.head
    private var failure: HTTPFailure?
    private var scanner = HeadScanner()
    private var body = BodyDecoder.none
    private var isChunked = false
    private var contentLength = 0
    private var bodyLimit = 0

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
    }

    /// Whether no part of a request has been seen since the last one ended.
    package var isBetweenRequests: Bool { phase == .head && scanner.scanned == 0 }
    /// Whether a head has begun and is not complete.
    package var isInHead: Bool { phase == .head && scanner.scanned > 0 }

    /// Sets how much body the request just begun may have; throws at once when it announced more. Must come before the
    /// next call of `next`; without it the limit is `maxBody`.
    package mutating func limitBody(to limit: Int) throws(HTTPFailure) {
        precondition(phase == .beforeBody, "the body has begun")
        bodyLimit = limit
        if contentLength > limit { throw fail(.bodyTooLarge) }
    }

    /// Takes the bytes from the first unused one on. After a failure every further call fails the same way.
    package mutating func next(_ input: Span<UInt8>, head: inout RequestHead) throws(HTTPFailure) -> Step {
        if let failure { throw failure }
        do throws(HTTPFailure) {
            switch phase {
            case .head: return try nextHead(input, &head)
            case .beforeBody:
                body = isChunked ? .chunked(limit: bodyLimit) : try .sized(contentLength, limit: bodyLimit)
                phase = .body
                return try nextBody(input)
            case .body: return try nextBody(input)
            }
        } catch {
            throw fail(error)
        }
    }

    private mutating func nextHead(_ input: Span<UInt8>, _ head: inout RequestHead) throws(HTTPFailure) -> Step {
        // What is not even the start of a method is not worth waiting for, such as a TLS greeting.
        if scanner.scanned == 0, input.count > 0, input[0] != Characters.carriageReturn,
            input[0] != Characters.lineFeed, !Characters.isToken(input[0])
        {
            throw .startLine
        }
        guard let end = try scanner.end(in: input, limits: limits) else { return .needMore }
        try head.parse(input.extracting(Int(scanner.start)..<end))
        scanner = HeadScanner()
        isChunked = head.isChunked
        contentLength = head.contentLength ?? 0
        bodyLimit = limits.maxBody
        phase = .beforeBody
        return .head(used: end)
    }

    private mutating func nextBody(_ input: Span<UInt8>) throws(HTTPFailure) -> Step {
        switch try body.next(input) {
        case .needMore: return .needMore
        case .data(let range, let used): return .body(range, used: used)
        case .end(let used):
            phase = .head
            return .end(used: used)
        }
    }

    private mutating func fail(_ reason: HTTPFailure) -> HTTPFailure {
        failure = reason
        return reason
    }
}
