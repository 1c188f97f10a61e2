/// One thread's dials that wait for their turn, and its way to what all threads know of addresses. Knows turns and who told of
/// them; what a dial does with its turn is its own business.
internal import Reactor

final class WaitingDials: LoopMember {
    private unowned let worker: Worker
    private var dials: [UInt64: UpstreamDial] = [:]
    private var targets: [Candidate: Target] = [:]
    private var lastID: UInt64 = 0

    /// Candidates to be remembered: servers may refer to ever new ones.
    private static let maxTargets = 64
    /// Milliseconds between lines about one trouble.
    private static let quietTime: UInt64 = 10_000
    private var nextWarning = Instant(milliseconds: 0)

    init(worker: Worker) {
        self.worker = worker
        super.init(loop: worker.loop)
    }

    /// What other threads say about dials of this one.
    enum News: Sendable {
        case turn(Endpoints.Turn)
        /// The address fails: who has another one goes there.
        case failing(Endpoints.Turn)

        var worker: UInt16 {
            switch self {
            case .turn(let turn), .failing(let turn): turn.worker
            }
        }
    }

    /// A dial's place in a line.
    struct Place {
        fileprivate let dial: UInt64
        fileprivate let number: Int
        let target: Target
    }

    /// A candidate that some wait for. One object for all of them: it is larger than the rest of what waits, and after a
    /// storm each would be a hole among the sessions.
    final class Target {
        let candidate: Candidate
        var address: SocketAddress { candidate.address }

        init(_ candidate: Candidate) {
            self.candidate = candidate
        }
    }

    enum Answer {
        case go
        case wait(Place)
        case refused(LimitName)
    }

    private var endpoints: Endpoints { worker.shared.endpoints }

    /// The dial wants to connect there. After `go` or its turn, `ended` has to follow.
    func enter(_ dial: UpstreamDial, _ candidate: Candidate) -> Answer {
        let address = candidate.address
        lastID += 1
        let turn = Endpoints.Turn(worker: worker.index, dial: lastID, address: address)
        // The time of this moment: a turn with thousands of new sessions takes long, and rates are about what really happens.
        switch endpoints.enter(turn, now: .now()) {
        case .go:
            return .go
        case .wait(let number):
            dials[lastID] = dial
            keepLooking()
            return .wait(Place(dial: lastID, number: number, target: target(candidate)))
        case .refused(let limit, let isWorthALine):
            if isWorthALine { tell(limit, address) }
            return .refused(limit)
        }
    }

    private func target(_ candidate: Candidate) -> Target {
        if let known = targets[candidate] { return known }
        if targets.count == Self.maxTargets { targets = [:] }
        let target = Target(candidate)
        targets[candidate] = target
        return target
    }

    /// Its owner has no use for the place any more.
    func leave(_ place: Place) {
        _ = forget(place.dial)
        endpoints.leave(place.number, at: place.target.address)
    }

    /// The same, because it took too long.
    func giveUp(_ place: Place) {
        leave(place)
        if endpoints.gaveUp(now: .now()) { tell(.upstreamWait, place.target.address) }
    }

    private func tell(_ limit: LimitName, _ address: SocketAddress) {
        worker.shared.log.warning(
            "sessions are sent away, because too many wait for \(address); limits.\(limit.rawValue) is reached")
    }

    /// A connection there is not being opened any more.
    func ended(_ address: SocketAddress, wasRefused: Bool = false) {
        deliver(endpoints.ended(address, wasRefused: wasRefused, now: .now()).map(News.turn))
    }

    func succeeded(_ address: SocketAddress) {
        guard endpoints.succeeded(address, now: .now()) != nil else { return }
        worker.shared.log.notice("\(address) works again and gets new sessions")
    }

    /// Whoever tried it left before there was anything to tell.
    func undecided(_ address: SocketAddress) { endpoints.undecided(address, now: .now()) }

    func failed(_ address: SocketAddress) {
        let (change, waiting) = endpoints.failed(address, now: .now())
        guard case .ejected(let time) = change else { return }
        worker.shared.log.warning("connections to \(address) keep failing; others are tried first for \(time) ms")
        deliver(waiting.map(News.failing))
    }

    /// Whatever fares badly, it is not the address.
    func cannotConnect(_ address: SocketAddress, _ failure: SystemFailure) {
        guard loop.now >= nextWarning else { return }
        nextWarning = loop.now + Self.quietTime
        // Each connection to one address takes a port of ours.
        let hint = failure.isAddressUnavailable ? " (net.ipv4.ip_local_port_range bounds how many there can be)" : ""
        worker.shared.log.warning(
            "this machine has nothing left to connect to \(address) with: \(failure.reason)\(hint)")
    }

    private func forget(_ id: UInt64) -> UpstreamDial? {
        let dial = dials.removeValue(forKey: id)
        // The tables of a storm do not stay in memory.
        if dials.isEmpty {
            dials = [:]
            targets = [:]
        }
        return dial
    }

    // MARK: Turns

    private func deliver(_ all: [News]) {
        for news in all {
            if news.worker == worker.index { receive(news) } else { worker.post(news, to: news.worker) }
        }
    }

    func receive(_ news: News) {
        switch news {
        case .turn(let turn):
            guard let dial = forget(turn.dial) else { return ended(turn.address) }
            dial.turnHasCome()
        case .failing(let turn):
            dials[turn.dial]?.addressFails(turn.address)
        }
    }

    /// Turns come with time as well: while somebody waits here, this thread looks.
    private func keepLooking() {
        if !isRegistered { loop.register(self) }
        // The loop's clock ticks no faster anyway.
        if deadline == .never { deadline = loop.now + 1 }
    }

    override func deadlineReached() {
        deliver(endpoints.turns(now: .now()).map(News.turn))
        if !dials.isEmpty { keepLooking() }
    }
}
