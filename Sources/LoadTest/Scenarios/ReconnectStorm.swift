/// `reconnect-storm`: all connections break at once, as when a server restarts, and all come back at once. The latency is
/// the time from the break to the login; its maximum says when everybody was back.
internal import Bytes

final class ReconnectStorm: Scenario {
    private unowned let worker: LoadWorker
    private let interval: Nanoseconds
    private var next: Nanoseconds = .max

    init(worker: LoadWorker) {
        self.worker = worker
        interval = Nanoseconds(worker.plan.stormInterval * 1e9)
    }

    /// The first storm is the first thing that is recorded.
    func begin(at start: Nanoseconds) {
        next = worker.recorder.span.lowerBound
    }

    func act(now: Nanoseconds) -> Nanoseconds {
        if now >= next {
            storm(intended: next)
            next += interval
        }
        return next
    }

    private func storm(intended: Nanoseconds) {
        for place in worker.sessions.indices {
            if let session = worker.sessions[place], !session.isReady { gone(session) }
            worker.endSession(at: place, politely: false)
        }
        for place in worker.sessions.indices {
            worker.startSession(at: place, intended: intended)
            worker.recorder.sent(intended: intended, lag: 0, copies: 1)
        }
    }

    func lost(_ session: ClientSession) {
        if session.address.isEmpty { gone(session) }
    }

    /// It will not log in any more.
    private func gone(_ session: ClientSession) {
        worker.recorder.gaveUp(intended: session.intended)
    }

    func finish(now: Nanoseconds) { next = .max }
}
