/// What a dial looks for before it can connect: the addresses of all servers of a route, or of the host that a server referred to.
/// Knows what was asked for; the answers are the resolver's.

internal import Reactor

struct UpstreamSearch {
    private let goal: Goal
    private var found: [Candidate] = []
    /// Of a route: which server is being looked for.
    private var place = 0
    /// It is asked for, and there is no answer yet.
    private var isWaiting = false

    private enum Goal {
        case route(Routes.Route)
        /// Rare and large.
        indirect case referral(Referral)
    }

    init(_ route: Routes.Route) { goal = .route(route) }
    init(_ referral: Referral) { goal = .referral(referral) }

    /// All that was found once nothing is left to be asked; nil while `waiter` has to wait.
    mutating func run(_ worker: Worker, _ waiter: any LookupWaiter) -> [Candidate]? {
        while let name {
            guard let lookup = worker.lookups.find(name, for: waiter) else {
                isWaiting = true
                return nil
            }
            take(lookup, worker)
        }
        defer { found = [] }
        return found
    }

    /// What is asked for next.
    private var name: ServerName? {
        switch goal {
        case .route(let route): place < route.servers.count ? route.servers[place].name : nil
        case .referral(let referral): place == 0 ? referral.name : nil
        }
    }

    mutating func take(_ lookup: Lookup, _ worker: Worker) {
        isWaiting = false
        guard name != nil else { return }
        switch (lookup, goal) {
        case (.found(let candidates), .route(let route)):
            found += route.servers[place].candidates(candidates)
        case (.found(let candidates), .referral(let referral)):
            found += referral.candidates(candidates)
        case (.failed, .route(let route)):
            worker.shared.health.failed(route.servers[place].label, at: worker.loop.now)
        case (.failed, .referral):
            break
        }
        place += 1
    }

    /// Nobody waits any more.
    mutating func stop(_ worker: Worker, _ waiter: any LookupWaiter) {
        if isWaiting, let name { worker.lookups.leave(waiter, name) }
        isWaiting = false
    }
}

extension UpstreamDial: LookupWaiter {
    func lookUp() {
        if let candidates = search.run(worker, self) { found(candidates) }
    }

    func lookupEnded(_ lookup: Lookup) {
        guard !isOver else { return }
        search.take(lookup, worker)
        lookUp()
    }
}
