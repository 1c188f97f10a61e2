/// `chat`: sessions in pairs send each other messages. In a closed loop whoever gets a message answers it.
internal import Bytes

final class Chat: Scenario {
    private unowned let worker: LoadWorker
    private let flow: MessageFlow

    init(worker: LoadWorker) {
        self.worker = worker
        flow = MessageFlow(worker: worker, type: .chat)
    }

    /// Pairs stand side by side: 0 and 1, 2 and 3. An odd one out talks to itself.
    private func partner(of session: ClientSession) -> ClientSession? {
        let place = session.index - worker.firstIndex
        let other = place ^ 1
        return other < worker.sessions.count ? worker.readySession(at: other) : session
    }

    func ready(_ session: ClientSession) {
        guard let partner = partner(of: session) else { return }
        session.receiver = partner.address
        partner.receiver = session.address
    }

    func begin(at start: Nanoseconds) { flow.begin(at: start) }
    func act(now: Nanoseconds) -> Nanoseconds { flow.act(now: now) }
    func finish(now: Nanoseconds) { flow.stop() }

    func received(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds) {
        flow.received(element, session, now: now) { _ in true }
    }

    func lost(_ session: ClientSession) { partner(of: session)?.receiver = [] }
}
