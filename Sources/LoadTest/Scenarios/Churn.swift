/// `churn`: sessions come and go. At the rate of the opening the oldest session says goodbye and a new one takes its place;
/// the latency is the time to login.
internal import Bytes

final class Churn: Scenario {
    private unowned let worker: LoadWorker
    private let pace: Pace
    private var start: Nanoseconds = 0
    private var done = 0

    init(worker: LoadWorker) {
        self.worker = worker
        pace = Pace(rate: max(worker.plan.connectRate * worker.part, 0.001))
    }

    func begin(at start: Nanoseconds) {
        self.start = start
    }

    func act(now: Nanoseconds) -> Nanoseconds {
        guard now >= start else { return start }
        for _ in 0..<LoadWorker.batch {
            switch pace.next(done: done, elapsed: now - start) {
            case .wait(let until): return start + until
            case .act(let intended): replace(intended: start + intended, now: now)
            }
        }
        return now
    }

    /// The oldest is the one whose place comes round.
    private func replace(intended: Nanoseconds, now: Nanoseconds) {
        let place = done % worker.sessions.count
        done += 1
        if let session = worker.sessions[place], !session.isReady { gone(session) }
        worker.endSession(at: place, politely: true)
        worker.startSession(at: place, intended: intended)
        worker.recorder.sent(intended: intended, lag: now > intended ? now - intended : 0, copies: 1)
    }

    func lost(_ session: ClientSession) {
        if session.address.isEmpty { gone(session) }
    }

    /// It will not log in any more.
    private func gone(_ session: ClientSession) {
        worker.recorder.gaveUp(intended: session.intended)
    }

}
