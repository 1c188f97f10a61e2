/// What a dial looks for: the addresses of all servers of a route, asked for at one time, or of the host that a server referred to.
/// Knows what was asked for and what has come of it; the answers are the resolver's.

internal import Reactor

struct UpstreamSearch {
    private let goal: Goal
    /// What nobody has taken yet.
    private var found: [Candidate] = []
    /// What is asked for, without an answer so far.
    private var waiting: [ServerName] = []

    private enum Goal {
        case route(Routes.Route)
        /// Rare and large.
        indirect case referral(Referral)
    }

    init(_ route: Routes.Route) { goal = .route(route) }
    init(_ referral: Referral) { goal = .referral(referral) }

    var isWaiting: Bool { !waiting.isEmpty }
    var hasFound: Bool { !found.isEmpty }

    /// Asks for everything; `waiter` is told of what is not known yet.
    mutating func begin(_ worker: Worker, _ waiter: any LookupWaiter) {
        switch goal {
        case .route(let route): for name in route.names { ask(name, worker, waiter) }
        case .referral(let referral): ask(referral.name, worker, waiter)
        }
    }

    private mutating func ask(_ name: ServerName, _ worker: Worker, _ waiter: any LookupWaiter) {
        if let lookup = worker.lookups.find(name, for: waiter) {
            keep(name, lookup, worker)
        } else {
            waiting.append(name)
        }
    }

    /// An answer that was waited for.
    mutating func take(_ name: ServerName, _ lookup: Lookup, _ worker: Worker) {
        guard let place = waiting.firstIndex(of: name) else { return }
        waiting.remove(at: place)
        keep(name, lookup, worker)
    }

    private mutating func keep(_ name: ServerName, _ lookup: Lookup, _ worker: Worker) {
        switch (lookup, goal) {
        case (.found(let candidates), .route(let route)):
            for server in route.servers where server.name == name { found += server.candidates(candidates) }
        case (.found(let candidates), .referral(let referral)):
            found += referral.candidates(candidates)
        case (.failed, .route(let route)):
            for server in route.servers where server.name == name {
                worker.shared.health.failed(server.label, at: worker.loop.now)
            }
        case (.failed, .referral):
            break
        }
    }

    /// Takes what was found.
    mutating func takeFound() -> [Candidate] {
        defer { found = [] }
        return found
    }

    /// Nobody waits any more.
    mutating func stop(_ worker: Worker, _ waiter: any LookupWaiter) {
        for name in waiting { worker.lookups.leave(waiter, name) }
        waiting = []
        found = []
    }
}
