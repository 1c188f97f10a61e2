/// `echo`: each session sends messages to its own full address; the server brings them back.
internal import Bytes

final class Echo: Scenario {
    private let flow: MessageFlow

    init(worker: LoadWorker) {
        flow = MessageFlow(worker: worker, type: .chat)
    }

    func ready(_ session: ClientSession) { session.receiver = session.address }
    func begin(at start: Nanoseconds) { flow.begin(at: start) }
    func act(now: Nanoseconds) -> Nanoseconds { flow.act(now: now) }
    func finish(now: Nanoseconds) { flow.stop() }

    func received(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds) {
        flow.received(element, session, now: now) { _ in true }
    }
}
