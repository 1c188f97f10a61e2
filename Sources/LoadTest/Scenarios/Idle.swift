/// `idle`: sessions are held in silence; at the end each is asked for a sign of life, so that a session that died unnoticed
/// counts as lost too. The latency is that of the answer.
internal import Bytes

final class Idle: Scenario {
    private unowned let worker: LoadWorker
    private let composer = StanzaComposer(size: 0)
    private let domain: [UInt8]
    /// The last moment of the recorded time at which requests count.
    private var asksAt: Nanoseconds = .max
    private var next = 0

    /// Requests a second: the answers of all sessions at once would measure a burst.
    private static let pace = Pace(rate: 5_000)

    /// From the last request to the end.
    private static let margin: Nanoseconds = 200_000_000

    init(worker: LoadWorker) {
        self.worker = worker
        domain = Array(worker.plan.domain.utf8)
    }

    func begin(at start: Nanoseconds) {
        // The answers shall still fall into the recorded time.
        let asking = Self.pace.time(of: worker.sessions.count) + Self.margin
        let end = worker.recorder.span.upperBound
        asksAt = max(worker.recorder.span.lowerBound, end > asking ? end - asking : 0)
    }

    func act(now: Nanoseconds) -> Nanoseconds {
        while next < worker.sessions.count {
            guard now >= asksAt, case .act(let intended) = Self.pace.next(done: next, elapsed: now - asksAt) else {
                return asksAt + Self.pace.time(of: next)
            }
            next += 1
            guard let session = worker.readySession(at: next - 1) else { continue }
            ask(session, intended: asksAt + intended, now: now)
        }
        return .max
    }

    private func ask(_ session: ClientSession, intended: Nanoseconds, now: Nanoseconds) {
        let lag = UInt32(clamping: now - intended)
        let id = MessageID(tag: worker.tag, sender: UInt32(session.index), intended: intended, lag: lag)
        composer.withPing(to: domain, id: id) { session.send($0) }
        worker.recorder.sent(intended: intended, lag: Nanoseconds(lag), copies: 1)
    }

    func received(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds) {
        let tag = StanzaTag(element)
        // An error is a sign of life too: not every server knows the request.
        guard tag.kind == .iq, let id = MessageID(element.extracting(tag.id)), id.tag == worker.tag else { return }
        worker.recorder.delivered(intended: id.intended, lag: Nanoseconds(id.lag), now: now)
    }
}
