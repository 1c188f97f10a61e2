/// Sends messages in an open or a closed loop and takes their arrival. Knows pace and windows; who talks to whom is the
/// scenario's business.
internal import Bytes

final class MessageFlow {
    private unowned let worker: LoadWorker
    private let composer: StanzaComposer
    private let type: StanzaComposer.MessageType
    /// How many copies of a session's message are to arrive.
    private let copies: (ClientSession) -> Int
    private let pace: Pace?
    private let window: Int
    private var start: Nanoseconds = 0
    private var isRunning = false
    /// Messages of the open loop that were due so far.
    private var due = 0
    /// Where the next sender is looked for.
    private var turn = 0

    init(
        worker: LoadWorker, type: StanzaComposer.MessageType,
        copies: @escaping (ClientSession) -> Int = { _ in 1 }
    ) {
        self.worker = worker
        self.type = type
        self.copies = copies
        composer = StanzaComposer(size: worker.plan.messageSize)
        switch worker.plan.flow {
        case .open(let rate, let ramp):
            pace = Pace(rate: max(rate * worker.part, 0.001), ramp: ramp)
            window = 0
        case .closed(let count):
            pace = nil
            window = count
        }
    }

    func begin(at start: Nanoseconds) {
        self.start = start
        isRunning = true
        let now = MonotonicClock.now()
        for place in worker.sessions.indices where window > 0 {
            if let session = worker.readySession(at: place) { fill(session, now: now) }
        }
    }

    /// Starts the closed loop of a session.
    func fill(_ session: ClientSession, now: Nanoseconds) {
        guard isRunning, !session.receiver.isEmpty else { return }
        for _ in 0..<window { send(from: session, intended: now, now: now) }
    }

    func stop() {
        isRunning = false
    }

    /// Sends what the pace says; gives the time of the next message, `.max` in a closed loop.
    func act(now: Nanoseconds) -> Nanoseconds {
        guard isRunning, let pace, now >= start else { return isRunning && pace != nil ? start : .max }
        var left = LoadWorker.batch
        while left > 0 {
            switch pace.next(done: due, elapsed: now - start) {
            case .wait(let until): return start + until
            case .act(let intended):
                left -= 1
                due += 1
                sendNext(intended: start + intended, now: now)
            }
        }
        return now
    }

    /// Lets the next session that can send it.
    private func sendNext(intended: Nanoseconds, now: Nanoseconds) {
        let count = worker.sessions.count
        for _ in 0..<count {
            turn = turn + 1 < count ? turn + 1 : 0
            if let session = worker.readySession(at: turn), !session.receiver.isEmpty {
                return send(from: session, intended: intended, now: now)
            }
        }
        worker.recorder.failed(.noSession)
    }

    private func send(from session: ClientSession, intended: Nanoseconds, now: Nanoseconds) {
        guard let link = session.link, !session.receiver.isEmpty else { return }
        // An open loop against a server that does not read: what waits has a limit.
        guard link.waitingOutput < LoadPlan.maxUnderWay else { return worker.recorder.failed(.overflow) }
        let lag = now > intended ? now - intended : 0
        let id = MessageID(
            tag: worker.tag, sender: UInt32(truncatingIfNeeded: session.index), intended: intended,
            lag: UInt32(clamping: lag))
        composer.withMessage(to: session.receiver, type: type, id: id) { link.send($0) }
        worker.recorder.sent(intended: intended, lag: lag, copies: copies(session))
    }

    /// Takes an element that may be a message of this run.
    /// - Parameter mayAnswer: whether the session sends its next message, in a closed loop, when this is the sender.
    /// - Returns: whether it was one.
    @discardableResult
    func received(
        _ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds, mayAnswer: (MessageID) -> Bool
    ) -> Bool {
        let stanza = StanzaTag(element)
        guard stanza.kind == .message, let id = MessageID(element.extracting(stanza.id)), id.tag == worker.tag else {
            return false
        }
        if stanza.isError {
            worker.recorder.failed(.stanzaError, because: ElementText.condition(of: element, below: "error"))
            worker.recorder.gaveUp(intended: id.intended)
        } else {
            worker.recorder.delivered(intended: id.intended, lag: Nanoseconds(id.lag), now: now)
        }
        if isRunning && window > 0 && mayAnswer(id) { send(from: session, intended: now, now: now) }
        return true
    }
}
