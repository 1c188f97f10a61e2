/// One thread's look at what the resolver knows: answers at once where something is known, keeps those who wait for it
/// otherwise, and not for ever. Knows no DNS.
internal import Reactor

final class Lookups: LoopMember {
    /// It outlives what it owns.
    private unowned let worker: Worker
    private var waiting: [ServerName: Wait] = [:]

    private struct Wait {
        var waiters: [ObjectIdentifier: any LookupWaiter] = [:]
        /// What they get when nothing comes in time: what was known before, or nothing.
        let otherwise: Lookup
        let end: Instant
    }

    init(worker: Worker) {
        self.worker = worker
        super.init(loop: worker.loop)
        loop.register(self)
    }

    /// What is known of `name` now. Nil when it has to be asked for: then `waiter` is told within the time that a connection may
    /// take, unless it leaves before.
    func find(_ name: ServerName, for waiter: any LookupWaiter) -> Lookup? {
        // Whoever waits has asked for all that come after.
        if waiting[name] == nil {
            switch worker.shared.resolver.find(name, now: loop.now, asker: worker.mailbox) {
            case .known(let lookup):
                return lookup
            case .wait(let stale):
                let patience =
                    stale == nil ? worker.setup.limits.upstreamConnect : LookupCache<Resolver.Asker>.patience
                let end = loop.now + patience
                waiting[name] = Wait(otherwise: stale ?? .failed(.unanswered), end: end)
                deadline = min(deadline, end)
            }
        }
        waiting[name]?.waiters[ObjectIdentifier(waiter)] = waiter
        return nil
    }

    /// It does not wait any more.
    func leave(_ waiter: any LookupWaiter, _ name: ServerName) {
        waiting[name]?.waiters[ObjectIdentifier(waiter)] = nil
    }

    /// The resolver has an answer.
    func found(_ name: ServerName, _ lookup: Lookup) {
        guard let wait = waiting.removeValue(forKey: name) else { return }
        for waiter in wait.waiters.values { waiter.lookupEnded(name, lookup) }
    }

    /// Somebody has waited long enough.
    override func deadlineReached() {
        let overdue = waiting.filter { $0.value.end <= loop.now }
        deadline = waiting.values.map(\.end).filter { $0 > loop.now }.min() ?? .never
        for (name, wait) in overdue { found(name, wait.otherwise) }
    }
}
