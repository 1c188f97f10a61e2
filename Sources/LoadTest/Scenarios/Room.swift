/// `room`: sessions join rooms of a fixed size and talk (XEP-0045); each message comes back once for each occupant. In a
/// closed loop a session goes on when its own message has come back.
internal import Bytes

final class Room: Scenario {
    private unowned let worker: LoadWorker
    private let flow: MessageFlow
    private let size: Int
    private let occupants = Occupants()

    /// How many sessions are in each room of this worker; shared with the flow.
    private final class Occupants {
        var counts: [Int: Int] = [:]
    }

    init(worker: LoadWorker) {
        self.worker = worker
        size = max(1, worker.plan.roomSize)
        flow = MessageFlow(worker: worker, type: .groupchat) { [occupants, size] in
            occupants.counts[$0.index / size] ?? 1
        }
    }

    private func address(of session: ClientSession) -> String {
        "load\(worker.tag)-\(session.index / size)@\(worker.plan.roomService)"
    }

    /// Rooms are complete before anybody talks: how many copies of a message are to arrive depends on it.
    var isPreparing: Bool { true }

    func ready(_ session: ClientSession) {
        let join = """
            <presence xmlns='jabber:client' to='\(address(of: session))/n\(session.index)'>\
            <x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>
            """
        session.send(Array(join.utf8).span)
        session.expectWithin(worker.login.timeout, loop: worker.loop)
    }

    func begin(at start: Nanoseconds) { flow.begin(at: start) }
    func act(now: Nanoseconds) -> Nanoseconds { flow.act(now: now) }
    func finish(now: Nanoseconds) { flow.stop() }

    func received(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds) {
        let isOurs = flow.received(element, session, now: now) { Int($0.sender) == session.index }
        if !isOurs && session.receiver.isEmpty { joined(element, session, now: now) }
    }

    /// Our own presence comes last (XEP-0045 section 7.2.2), marked with status 110.
    private func joined(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds) {
        let tag = StanzaTag(element)
        guard tag.kind == .presence else { return }
        if tag.isError {
            session.expectNothing()
            worker.settle(session)
            return worker.recorder.failed(.stanzaError, because: ElementText.condition(of: element, below: "error"))
        }
        let text = String(reading: element)
        guard text.contains("'110'") || text.contains("\"110\"") else { return }
        session.receiver = Array(address(of: session).utf8)
        occupants.counts[session.index / size, default: 0] += 1
        session.expectNothing()
        worker.settle(session)
        // Late ones start now; before the load begins this does nothing.
        flow.fill(session, now: now)
    }

    func lost(_ session: ClientSession) {
        if !session.receiver.isEmpty { occupants.counts[session.index / size, default: 1] -= 1 }
    }
}
