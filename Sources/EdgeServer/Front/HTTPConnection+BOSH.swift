/// BOSH requests on an HTTP connection: their bodies in, their answers out when they come. Knows bodies as bytes; whose they
/// are and when they are answered is decided in `BOSHRegistry` and behind it.
internal import BOSHWire
internal import Bytes
internal import HTTPWire
internal import Reactor

extension HTTPConnection {
    // MARK: Requests

    /// Answers a request to a BOSH path, or gets ready for its body.
    func answerBOSH(_ head: HTTPWire.RequestHead) throws(HTTPFailure) {
        if head.method == .options { return answerPreflight() }
        guard head.method == .post else {
            return answer(
                .methodNotAllowed, "BOSH takes POST only.", toHEAD: head.method == .head,
                fields: [("Allow", Self.allowed)])
        }
        try limitBody(to: worker.setup.limits.body)
        if crossOrigin.isRefused { return refuseBody(.forbidden, "This page may not open sessions here.") }
        guard let coding = bodyCoding(head) else {
            return refuseBody(
                .unsupportedMediaType, "This content coding is not known here.", [("Accept-Encoding", knownCodings)])
        }
        guard let handle = worker.bosh.expect(on: self) else {
            return refuseBody(.serviceUnavailable, "The server is full.")
        }
        pending.append(
            PendingAnswers.Entry(
                handle: handle, origin: crossOrigin, isLast: isLast, isHTTP10: head.minorVersion == 0,
                takesGzip: takesGzip(head)))
        bodyTaker = BodyTaker(
            handle: handle, caller: caller(of: head), size: head.contentLength, isGzip: coding == .gzip)
        if head.expectation == .continue {
            outbound.appendContinue(pool: loop.pool)
            touchOutput()
        }
    }

    private static let allowed: StaticString = "POST, OPTIONS"

    /// The answer does not wait for the body, so what follows it cannot be trusted.
    private func refuseBody(
        _ status: HTTPStatus, _ sentence: StaticString, _ fields: [(name: StaticString, value: StaticString)] = []
    ) {
        endAfterThis()
        answer(status, sentence, toHEAD: false, fields: fields)
    }

    private func answerPreflight() {
        if crossOrigin.isRefused { return answer(.forbidden, "This page may not open sessions here.", toHEAD: false) }
        startAnswer(.noContent)
        outbound.appendField("Allow", Self.allowed, pool: loop.pool)
        crossOrigin.appendPermissions(to: &outbound, pool: loop.pool)
        outbound.appendField("Cache-Control", "no-store", pool: loop.pool)
        outbound.endHead(pool: loop.pool)
        touchOutput()
    }

    /// Whether the request in `worker.head` may be looked at while others wait for their answers: its own answer comes
    /// when it may, and nothing is written before.
    func canWaitBehindOthers() -> Bool {
        let head = worker.head
        guard role == .web, head.method == .post, head.expectation == .none, !pending.isFull, bodyCoding(head) != nil
        else { return false }
        guard head.withPath({ worker.setup.routeTable.place(of: $0) }) == .bosh else { return false }
        return !CrossOrigin(head, worker.settings.allowedOrigins, at: site(of: head)).isRefused
            && head.contentLength ?? 0 <= worker.setup.limits.body
    }

    /// A piece of the body. One that comes as a whole is not copied.
    func takeBody(_ piece: Span<UInt8>) {
        guard let taker = bodyTaker, piece.count > 0 else { return }
        if piece.count == taker.size {
            bodyTaker = nil
            return bodyArrived(piece, taker)
        }
        // A client whose connection ends comes again; an answer of 4xx would be the end for it.
        guard worker.bosh.keepPart(piece.count) else { return close() }
        body.append(piece, pool: loop.pool)
    }

    /// The end of the request.
    func endBody() {
        guard let taker = bodyTaker else { return }
        bodyTaker = nil
        var whole = ByteBuffer()
        swap(&whole, &body)
        worker.bosh.dropParts(whole.count)
        whole.withSpan { bodyArrived($0, taker) }
        whole.release(to: loop.pool)
    }

    func dropBody() {
        guard !body.isEmpty else { return }
        worker.bosh.dropParts(body.count)
        body.release(to: loop.pool)
    }

    /// The complete body of a request, as it came.
    private func bodyArrived(_ body: Span<UInt8>, _ taker: BodyTaker) {
        if taker.isGzip { return inflate(body, taker) }
        worker.bosh.take(body, taker.handle, from: taker.caller)
    }

    // MARK: Answers

    /// An answer has come from another reactor.
    func answered(_ handle: RequestHandle, _ answer: BOSHAnswer) {
        answered(
            handle, status: answer.status, type: answer.type, body: answer.body.span, mayShrink: answer.mayShrink)
    }

    /// An answer has come. It leaves in its turn.
    func answered(
        _ handle: RequestHandle, status: UInt16, type: BOSHWire.ContentType, body: Span<UInt8>, mayShrink: Bool
    ) {
        guard let entry = pending.takeFirst(handle) else {
            let answer = BOSHAnswer(status: status, type: type, body: Array(copying: body), mayShrink: mayShrink)
            return pending.keep(answer, for: handle)
        }
        write(entry, status: status, type: type, body: body, mayShrink: mayShrink)
        while let (next, answer) = pending.takeAnswered() {
            write(
                next, status: answer.status, type: answer.type, body: answer.body.span, mayShrink: answer.mayShrink)
        }
        if pending.isEmpty { allAnswered() }
    }

    private func write(
        _ entry: PendingAnswers.Entry, status: UInt16, type: BOSHWire.ContentType, body: Span<UInt8>, mayShrink: Bool
    ) {
        let closes = entry.isLast || isLast && pending.isEmpty && isBetweenRequests
        let status = HTTPStatus(rawValue: status) ?? .ok
        outbound.startResponse(status, date: worker.dates.text(now: Instant.wallSeconds()), pool: loop.pool)
        if closes {
            outbound.appendField("Connection", "close", pool: loop.pool)
        } else if entry.isHTTP10 {
            outbound.appendField("Connection", "keep-alive", pool: loop.pool)
        }
        if status == .serviceUnavailable { outbound.appendField("Retry-After", Self.retryAfter, pool: loop.pool) }
        outbound.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n", pool: loop.pool)
        entry.origin.append(to: &outbound, pool: loop.pool)
        outbound.appendField("Content-Type", type.value, pool: loop.pool)
        append(body, mayShrink: mayShrink, takesGzip: entry.takesGzip)
        touchOutput()
    }
}

/// A BOSH request whose body is coming.
struct BodyTaker {
    let handle: RequestHandle
    let caller: Caller
    /// Nil when it comes in chunks.
    let size: Int?
    let isGzip: Bool
}
