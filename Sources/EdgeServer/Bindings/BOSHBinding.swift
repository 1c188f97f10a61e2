/// One browser's BOSH session (XEP-0124): requests in, answers out, its end. Knows which request is answered with what and
/// when; on which connection a request waits is `BOSHRegistry`'s business, and what a stanza means is `Session`'s.
internal import BOSHWire
internal import Bytes
internal import Reactor
internal import XMPPWire

final class BOSHBinding: LoopMember {
    /// Cleared when the session is over; what is left then is to tell the client.
    private var session: Session?
    private var bosh: BOSHSession
    /// What waits for a request.
    private var queue = OutputQueue()
    private let worker: Worker
    /// It was created in TLS.
    let isSecure: Bool
    /// When login must be through.
    private var loginDeadline = Instant.never
    /// Requests that came while the server does not read, in order of arrival.
    private var delayed: [DelayedRequest] = []
    private var isLoggedIn = false
    /// Everything from before login has left: no secret can shrink together with what others may have written (RFC 7692
    /// section 8 for the same danger).
    private var mayShrink = false
    /// The server reads slowly: requests wait with their payload.
    private var isPaused = false
    /// The session waits for `clientDrained`.
    private var tellsWhenDrained = false
    /// Answers are looked for at the end of this turn.
    private var isDue = false

    private struct DelayedRequest {
        let head: RequestHead
        let body: [UInt8]
        let handle: RequestHandle
        /// When its wait is over, whatever the server does.
        let limit: Instant
    }

    init(worker: Worker, bosh: consuming BOSHSession, isSecure: Bool) {
        self.worker = worker
        self.isSecure = isSecure
        self.bosh = bosh
        super.init(loop: worker.loop)
    }

    var id: SessionID { bosh.id }

    /// Begins the stream that the creation request asks for.
    func start(_ session: Session, _ opening: OpenAttributes) {
        self.session = session
        loop.register(self)
        lookForAnswers()
        session.clientOpened(opening)
    }

    // MARK: From the browser

    /// A request of this session.
    func receive(_ head: RequestHead, _ body: Span<UInt8>, _ handle: RequestHandle) {
        lookForAnswers()
        if isPaused || !delayed.isEmpty { delay(head, body, handle) } else { take(head, body, handle) }
    }

    private func take(_ head: RequestHead, _ body: Span<UInt8>, _ handle: RequestHandle) {
        var head = head
        worker.bosh.readElements(&head, body, isLoggedIn: isLoggedIn)
        let now = loop.now.milliseconds
        act(on: bosh.receive(head, body: body, from: handle, now: now), head, body)
        while let next = bosh.unpark(now: now) {
            var head = next.request.head
            if next.reception != .ignore {
                worker.bosh.readElements(&head, next.request.body.span, isLoggedIn: isLoggedIn)
            }
            act(on: next.reception, head, next.request.body.span)
        }
    }

    private func act(on reception: Reception, _ head: RequestHead, _ body: Span<UInt8>) {
        switch reception {
        case .ignore:
            break
        case .restart:
            session?.clientOpened(head.opening)
        case .forward:
            if head.hasPayload { forward(body) }
        case .forwardAndClose:
            if head.hasPayload { forward(body) }
            session?.clientClosed()
        }
    }

    private func forward(_ body: Span<UInt8>) {
        let reader = worker.bosh.reader
        for index in 0..<reader.count {
            reader.withElement(index, of: body) { bytes, element in
                switch element.kind {
                case .open, .close:
                    session?.fail(StreamFailure(.badFormat, "frames of WebSockets have no place in a body"))
                default:
                    session?.clientSent(element, of: bytes)
                }
            }
        }
    }

    /// The server has to read first. A client has no more than `requests` requests open, and one to say goodbye.
    private func delay(_ head: RequestHead, _ body: Span<UInt8>, _ handle: RequestHandle) {
        guard delayed.count <= Int(bosh.terms.requests) else {
            worker.bosh.refuse(handle, .policyViolation, isLegacy: bosh.terms.isLegacy)
            session?.fail(StreamFailure(.policyViolation, "too many requests", limit: .upstreamOutput))
            return
        }
        let limit = loop.now + UInt64(bosh.terms.wait) * 1_000
        delayed.append(DelayedRequest(head: head, body: Array(copying: body), handle: handle, limit: limit))
    }

    private func takeDelayed() {
        while !isPaused, !delayed.isEmpty {
            let next = delayed.removeFirst()
            take(next.head, next.body.span, next.handle)
        }
        guard !delayed.isEmpty else { return }
        bosh.clientIsHere(now: loop.now.milliseconds)
        // No request outlives `wait`. These were not taken, so they have to come again with all they carry: clients read
        // that from 5xx, many of them not from a recoverable error.
        while let request = delayed.first, request.limit <= loop.now {
            delayed.removeFirst()
            worker.bosh.sendAway(request.handle)
        }
    }

    /// The connection on which a request waited is gone; what it would have brought waits for a repeat.
    func connectionLost(_ handle: RequestHandle) {
        delayed.removeAll { $0.handle == handle }
        bosh.connectionLost(handle, now: loop.now.milliseconds)
        lookForAnswers()
    }

    // MARK: From the session

    /// True when so much waits that upstream should not be read any more.
    func send(_ cut: ElementCut, from input: Span<UInt8>, of source: ClientStream, limit: Int) -> Bool {
        queue.append(size: source.outputSize(of: cut), usesStreams: cut.isStreamPrefixed, pool: loop.pool) { output in
            source.write(cut, from: input, to: &output)
        }
        lookForAnswers()
        return queue.count > limit
    }

    /// Features: the one element that is composed here.
    func send(_ element: [UInt8]) {
        queue.append(element.span, usesStreams: true, pool: loop.pool)
        lookForAnswers()
    }

    func opened(_ attributes: OpenAttributes) {
        bosh.streamOpened(from: attributes.from, id: attributes.id, version: attributes.version ?? "1.0")
    }

    func limitLogin(until deadline: Instant) {
        loginDeadline = deadline
    }

    /// Larger messages are fine from now on.
    func loggedIn() {
        isLoggedIn = true
        loginDeadline = .never
    }

    func pauseReading() { isPaused = true }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        lookForAnswers()
    }

    func tellWhenDrained() {
        tellsWhenDrained = true
        lookForAnswers()
    }

    /// The client said goodbye, and its answer does not wait for the server's.
    func awaitEnd() { session?.clientClosed() }

    func streamEnded(withError hasError: Bool) {
        bosh.close(hasError ? .remoteStreamError : .remoteConnectionFailed)
        session?.clientClosed()
    }

    func finish() { leaveSession() }

    func fail(_ failure: StreamFailure) {
        // As an error of the stream it travels as that (XEP-0124 section 17.2: remote-stream-error).
        if failure.saysWhy { send(Framing.error(failure.condition, text: "\(failure.text)")) }
        bosh.close(failure.saysWhy ? .remoteStreamError : failure.boshCondition)
        leaveSession()
    }

    func goAway() {
        bosh.close(.systemShutdown)
        leaveSession()
    }

    private func leaveSession() {
        session = nil
        isPaused = false
        lookForAnswers()
    }

    /// This process stops.
    func shutDown() { session?.shutDown() }

    // MARK: Answers and time

    /// Elements that come in one turn leave in one answer.
    private func lookForAnswers() {
        guard !isDue, isRegistered else { return }
        isDue = true
        loop.putOff(self)
    }

    override func takeUp() {
        isDue = false
        takeDelayed()
        sendAnswers()
        if tellsWhenDrained && queue.count <= StreamSocket.lowMark {
            tellsWhenDrained = false
            session?.clientDrained()
        }
        endSession()
        if bosh.isOver { return end() }
        var next = bosh.deadline.map { Instant(milliseconds: $0) } ?? .never
        if let limit = delayed.first?.limit { next = min(next, limit) }
        deadline = session == nil ? next : min(next, loginDeadline)
    }

    private func sendAnswers() {
        let now = loop.now.milliseconds
        while let answer = bosh.answer(queue, now: now) {
            var body = ByteBuffer()
            bosh.write(answer, from: &queue, into: &body, pool: loop.pool, now: now)
            if let handle = answer.handle {
                body.withSpan {
                    worker.bosh.answer(
                        handle, status: answer.status, type: bosh.terms.contentType, body: $0,
                        mayShrink: mayShrink && !answer.isReplay)
                }
            }
            body.release(to: loop.pool)
        }
        if isLoggedIn && queue.isEmpty { mayShrink = true }
    }

    /// What the requests, or their absence, have decided.
    private func endSession() {
        guard let session, let end = bosh.end else { return }
        switch end {
        case .inactivity: session.clientLost(.clientVanished)
        case .fault(let condition): session.clientBroke(condition)
        case .terminated, .closed: break
        }
        self.session = nil
    }

    private func end() {
        queue.release(to: loop.pool)
        for request in delayed { worker.bosh.refuse(request.handle, .itemNotFound, isLegacy: bosh.terms.isLegacy) }
        delayed = []
        worker.bosh.ended(self)
        loop.unregister(self)
    }

    override func deadlineReached() {
        if loginDeadline <= loop.now {
            loginDeadline = .never
            session?.clientTooSlow()
        }
        lookForAnswers()
    }
}

extension Session {
    /// A request broke the rules of XEP-0124. A client that only lost its place may resume the stream (XEP-0198).
    fileprivate func clientBroke(_ condition: Condition) {
        if condition == .itemNotFound { return clientLost(.boshError("\(condition.name)")) }
        fail(StreamFailure(.policyViolation, "a request broke the rules", .boshError("\(condition.name)")))
    }
}
