/// Cuts responses out of a server's bytes (RFC 9112), for the client role. Knows heads, bodies and their limits; keeps no
/// bytes between calls. The owner says which answers belong to HEAD.
package struct ResponseDecoder: Sendable {
    package enum Step: Equatable, Sendable {
        case needMore
        /// A head is filled in. Unless it is interim, `body` and `end` follow.
        case head(used: Int)
        /// Decoded bytes of the body as a place in the input; may be empty.
        case body(Range<Int>, used: Int)
        case end(used: Int)
    }

    private let limits: HTTPLimits
    private var isInBody = false
    private var failure: HTTPFailure?
    private var scanner = HeadScanner()
    private var body = BodyDecoder.none

    /// - Parameter limits: `maxBody` holds for every answer.
    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
    }

    /// Whether no part of an answer has been seen since the last one ended.
    package var isBetweenResponses: Bool { !isInBody && scanner.scanned == 0 }

    /// Takes the bytes from the first unused one on. After a failure every further call fails the same way.
    /// - Parameter answersHEAD: whether the next head answers a HEAD request and so has no body.
    package mutating func next(
        _ input: Span<UInt8>, head: inout ResponseHead, answersHEAD: Bool = false
    ) throws(HTTPFailure) -> Step {
        if let failure { throw failure }
        do throws(HTTPFailure) {
            if !isInBody { return try nextHead(input, &head, answersHEAD) }
            switch try body.next(input) {
            case .needMore: return .needMore
            case .data(let range, let used): return .body(range, used: used)
            case .end(let used):
                isInBody = false
                return .end(used: used)
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// The server has closed: throws when that cut an answer short (RFC 9112 section 8).
    package mutating func finish() throws(HTTPFailure) {
        if isInBody && body.endsWithConnection {
            isInBody = false
        } else if !isBetweenResponses {
            throw .truncated
        }
    }

    private mutating func nextHead(
        _ input: Span<UInt8>, _ head: inout ResponseHead, _ answersHEAD: Bool
    ) throws(HTTPFailure) -> Step {
        guard let end = try scanner.end(in: input, limits: limits) else { return .needMore }
        try head.parse(input.extracting(Int(scanner.start)..<end))
        scanner = HeadScanner()
        guard !head.isInterim else { return .head(used: end) }
        isInBody = true
        if answersHEAD || head.status == 101 || head.status == 204 || head.status == 304 {
            body = .none
        } else if head.isChunked {
            body = .chunked(limit: limits.maxBody)
        } else if let length = head.contentLength {
            body = try .sized(length, limit: limits.maxBody)
        } else {
            body = .untilClose(limit: limits.maxBody)
        }
        return .head(used: end)
    }
}
