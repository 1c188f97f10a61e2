/// What sessions do once they are logged in. One scenario object works for one worker, on its thread.
internal import Bytes

protocol Scenario: AnyObject {
    /// The load begins; sessions are as ready as they will be.
    func begin(at start: Nanoseconds)
    /// Does what is due; gives the time of the next call, `.max` for none.
    func act(now: Nanoseconds) -> Nanoseconds
    /// The recorded time is over: nothing new from now on.
    func finish(now: Nanoseconds)
    func ready(_ session: ClientSession)
    /// Whether a session has more to do after its login before it can take part; the scenario calls `worker.settle` then.
    var isPreparing: Bool { get }
    func received(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds)
    /// A session is gone that was not ended by the scenario.
    func lost(_ session: ClientSession)
}

extension Scenario {
    func begin(at start: Nanoseconds) {}
    func act(now: Nanoseconds) -> Nanoseconds { .max }
    func finish(now: Nanoseconds) {}
    func ready(_ session: ClientSession) {}
    var isPreparing: Bool { false }
    func received(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds) {}
    func lost(_ session: ClientSession) {}
}

/// `connect`: sessions are opened at a rate and held. The time to login is in the figures of the opening.
final class Holding: Scenario {}

extension LoadPlan.ScenarioName {
    func make(worker: LoadWorker) -> any Scenario {
        switch self {
        case .connect: Holding()
        case .idle: Idle(worker: worker)
        case .echo: Echo(worker: worker)
        case .chat: Chat(worker: worker)
        case .room: Room(worker: worker)
        case .push: Push(worker: worker)
        case .churn: Churn(worker: worker)
        case .reconnectStorm: ReconnectStorm(worker: worker)
        }
    }

    /// Sessions that talk to each other and so belong on one thread.
    func groupSize(_ plan: LoadPlan) -> Int {
        switch self {
        case .chat: 2
        case .room: max(1, plan.roomSize)
        default: 1
        }
    }
}
