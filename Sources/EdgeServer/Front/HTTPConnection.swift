/// One HTTP/1.1 connection: reads requests, has each answered before it looks at the next, keeps the times. Knows the
/// course of a connection; what is answered is decided in `HTTPConnection+Answers`, and what becomes of an upgraded
/// connection is its binding's business.
internal import Bytes
internal import HTTPWire
internal import Reactor

final class HTTPConnection: StreamSocket {
    /// What the deadline is for.
    private enum Waiting: UInt8 {
        /// The rest of a head, or the first one.
        case head
        /// Another request.
        case request
        /// The rest of a body.
        case body
        /// The client to read.
        case reader
        /// The answers of BOSH requests; they have times of their own.
        case answer
    }

    unowned let worker: Worker
    /// The other end, or whom it says in a PROXY header that it speaks for.
    let peer: SocketAddress
    /// What that header says besides.
    let approach: Approach?
    let role: ListenerRole
    private var decoder: RequestDecoder
    private var waiting = Waiting.head
    /// The rest of an answer that goes out piece by piece.
    private var unsent: ArraySlice<UInt8> = []
    /// The answer to the request under way is the last.
    private(set) var isLast = false
    /// The last answer is written: no more requests are looked at.
    private var isOver = false
    /// Bytes may have come that were not looked at, because the client has to read first.
    private var isStalled = false
    private var isAdmitted = false
    /// Requests whose answers come later.
    var pending = PendingAnswers()
    /// The request whose body is read, and what has come of it.
    var bodyTaker: BodyTaker?
    var body = ByteBuffer()
    /// What answers to the request under way say about the page that asked.
    var crossOrigin = CrossOrigin.none
    /// What was wrong with the request behind those in `pending`: said after their answers.
    private var failure: HTTPFailure?

    /// Output above which the next request has to wait: an answer of usual size fits beside another.
    private static let outputMark = 65_536
    /// A large answer goes out in pieces of this size, so that a slow client does not hold a copy of all of it.
    private static let piece = 65_536
    /// Milliseconds a client has to read the rest of the last answer and close. Then the connection is cut.
    private static let lingering: UInt64 = 5_000

    init(worker: Worker, connected descriptor: consuming Descriptor, peer: SocketAddress, role: ListenerRole) {
        self.worker = worker
        self.peer = peer
        approach = nil
        self.role = role
        decoder = RequestDecoder(limits: worker.setup.httpLimits)
        super.init(loop: worker.loop, connected: descriptor)
        deadline = loop.now + worker.setup.limits.timeToHead
    }

    /// Goes on behind a PROXY header, admitted already.
    /// - Parameter rest: what came behind that header.
    init(
        worker: Worker, takingOver connection: ProxiedConnection, rest: Span<UInt8>, peer: SocketAddress,
        approach: Approach?
    ) {
        self.worker = worker
        self.peer = peer
        self.approach = approach
        role = .web
        decoder = RequestDecoder(limits: worker.setup.httpLimits)
        isAdmitted = true
        super.init(takingOver: connection, rest: rest)
        deadline = loop.now + worker.setup.limits.timeToHead
    }

    /// Enters the loop, or is turned away when there are too many.
    func start() {
        open()
        // Who looks after the server must come in when it is full.
        guard role == .web else { return }
        isAdmitted = worker.admitConnection()
        // The words would cost a handshake.
        if !isAdmitted && layer != nil { return close() }
        if !isAdmitted { refuse(.serviceUnavailable, "The server is full.") }
    }

    // MARK: Input

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        isStalled = false
        let bytes = input.span
        var used = 0
        while isOpen && !isOver {
            if !unsent.isEmpty || outbound.count > Self.outputMark {
                stall()
                return used
            }
            do throws(HTTPFailure) {
                guard let size = try step(bytes.extracting(used...)) else { return used }
                used += size
            } catch {
                fail(error)
            }
        }
        // Whatever follows the last request is not looked at; bytes behind an upgrade went with it.
        return bytes.count
    }

    /// Takes the next piece of a request; nil when more bytes are needed.
    private func step(_ bytes: Span<UInt8>) throws(HTTPFailure) -> Int? {
        // Nothing comes after the last request.
        if isLast && !pending.isEmpty && decoder.isBetweenRequests || failure != nil {
            return bytes.isEmpty ? nil : bytes.count
        }
        let before = decoder
        switch try decoder.next(bytes, head: &worker.head) {
        case .needMore:
            settle()
            return nil
        case .head(let size):
            if !pending.isEmpty && !canWaitBehindOthers() {
                decoder = before
                awaitAnswers()
                return nil
            }
            isLast = !worker.head.keepsAlive || worker.isStopping
            try answer(rest: bytes.extracting(size...))
            if isOpen && isLast && pending.isEmpty { finish() }
            return size
        case .body(let range, let size):
            takeBody(bytes.extracting(range))
            return size
        case .end(let size):
            startWaiting(for: .request)
            endBody()
            if isOpen && isLast && !isOver && pending.isEmpty { finish() }
            return size
        }
    }

    /// What came is no HTTP. Requests before it still get their answers.
    private func fail(_ error: HTTPFailure) {
        dropRequest()
        guard pending.isEmpty else {
            failure = error
            return awaitAnswers()
        }
        refuse(error.status, error.reason, counting: error.limit)
    }

    /// The request whose body does not come as it should never was one.
    private func dropRequest() {
        guard let taker = bodyTaker else { return }
        bodyTaker = nil
        dropBody()
        pending.remove(taker.handle)
        worker.bosh.lost(taker.handle)
    }

    /// All that came has been used, but for the beginning of something.
    private func settle() {
        if hasPeerFinished { return peerFinished() }
        if decoder.isInHead {
            wait(for: .head)
        } else if !decoder.isBetweenRequests {
            wait(for: .body)
        } else if waiting == .reader {
            startWaiting(for: .request)
        }
    }

    /// No more reading until the client has taken what waits for it: back-pressure instead of memory.
    private func stall() {
        isStalled = true
        pauseReading()
        tellWhenDrained()
        wait(for: .reader)
    }

    /// No more reading until the requests before have their answers.
    private func awaitAnswers() {
        isStalled = true
        pauseReading()
        startWaiting(for: .answer)
    }

    /// Every request that was read has its answer.
    func allAnswered() {
        if let failure {
            self.failure = nil
            return refuse(failure.status, failure.reason, counting: failure.limit)
        }
        if isLast && decoder.isBetweenRequests { return finish() }
        if waiting == .answer { startWaiting(for: .request) }
        if isReadingPaused { resumeReading() }
    }

    /// Sets how much of a request's body is read before the connection is given up for it.
    func limitBody(to limit: Int) throws(HTTPFailure) {
        try decoder.limitBody(to: limit)
    }

    /// The request under way is the last one.
    func endAfterThis() { isLast = true }

    var isBetweenRequests: Bool { decoder.isBetweenRequests }

    // MARK: Output

    /// Sends a body piece by piece, or at once when it is small.
    func send(_ body: ArraySlice<UInt8>) {
        unsent = body
        sendPiece()
    }

    private func sendPiece() {
        let part = unsent.prefix(Self.piece)
        unsent = part.count < unsent.count ? unsent.dropFirst(part.count) : []
        part.withUnsafeBufferPointer { outbound.append($0.span, pool: loop.pool) }
        touchOutput()
    }

    override func drained() {
        guard isOpen, !isLingering else { return }
        if !unsent.isEmpty {
            sendPiece()
            tellWhenDrained()
            // The client reads on: its time starts again.
            return startWaiting(for: .reader)
        }
        if isOver { return finish() }
        resumeReading()
        // Kept bytes are taken up in the next turn, and settle then.
        guard keptInput == 0 else { return }
        isStalled = false
        settle()
    }

    // MARK: The end

    /// Everything is said: what waits still goes out, then the connection closes.
    private func finish() {
        isOver = true
        if !unsent.isEmpty || outbound.count > Self.lowMark { return stall() }
        closeLingering(for: Self.lingering)
    }

    /// A last answer to what cannot be served, without a look at anything that follows.
    private func refuse(_ status: HTTPStatus, _ reason: StaticString, counting limit: LimitName? = nil) {
        if let limit { worker.counters.count(limit) }
        isLast = true
        answer(status, reason, toHEAD: false)
        finish()
    }

    /// The process stops: idle connections end at once, others after their answer.
    func shutDown() {
        isLast = true
        if decoder.isBetweenRequests && !isOver && pending.isEmpty { finish() }
    }

    override func secured() { worker.counters.handshakeDone() }

    override func failed(_ failure: SystemFailure) {
        tellOfHandshake(.vanished)
        close()
    }

    override func peerFinished() {
        tellOfHandshake(.vanished)
        // The client may still read (RFC 9112 section 9.6): what it asked for is answered. Requests that wait unread
        // are taken up later, and the end is seen again then. Not so where an answer may take a minute: whoever has left
        // without it would count as waiting.
        guard pending.isEmpty else { return close() }
        if !isStalled { finish() }
    }

    override func closed() {
        unsent = []
        dropBody()
        for handle in pending.takeAll() { worker.bosh.lost(handle) }
        if isAdmitted { worker.connectionEnded() }
    }

    // MARK: Time

    /// Limits the time for something; while it is still the same thing, the time runs on.
    private func wait(for next: Waiting) {
        if next != waiting { startWaiting(for: next) }
    }

    private func startWaiting(for next: Waiting) {
        let next = next == .request && !pending.isEmpty ? .answer : next
        waiting = next
        let limits = worker.setup.limits
        switch next {
        case .head: deadline = loop.now + limits.timeToHead
        case .request: deadline = loop.now + limits.keepAliveIdle
        case .body: deadline = loop.now + limits.timeToBody
        case .reader: deadline = loop.now + limits.timeToWrite
        case .answer: deadline = .never
        }
    }

    override func timedOut() {
        tellOfHandshake(.timeout)
        switch waiting {
        // Without a 408, even in the middle of a head: BOSH clients take 4xx for final, and a path that stalled is none of
        // their faults. An end without an answer they repeat.
        case .head: giveUp(.timeToHead)
        case .request: giveUp(.keepAliveIdle)
        // The request was answered when its head had come.
        case .body: giveUp(.timeToBody)
        case .reader: giveUp(.timeToWrite)
        case .answer: break
        }
    }

    private func giveUp(_ limit: LimitName) {
        worker.counters.count(limit)
        close()
    }
}

extension HTTPFailure {
    /// The configured limit that was reached, if one was.
    fileprivate var limit: LimitName? {
        switch self {
        case .headTooLarge, .targetTooLong: .requestHead
        case .tooManyFields: .headerCount
        case .bodyTooLarge: .body
        default: nil
        }
    }
}
