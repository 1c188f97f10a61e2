/// Finds servers by name for all threads: one cache, and helper threads for the questions. Knows threads and who waits for what;
/// the way from a name to addresses is `NameFinder`'s.
internal import Bytes
internal import DNSWire
internal import Reactor
internal import Synchronization

final class Resolver: Sendable {
    private let knowledge: Knowledge

    typealias Asker = Mailbox<WorkerMessage>

    init(_ settings: Settings, log: any EdgeLog, counters: EdgeCounters) {
        knowledge = Knowledge(settings, log: log, counters: counters)
    }

    deinit {
        knowledge.queue.withLock { $0.stop() }
    }

    /// What is known of the name at this moment.
    /// - Parameter asker: gets `.found` when the answer is to wait.
    func find(_ name: ServerName, now: Instant, asker: Asker?) -> LookupCache<Asker>.Answer {
        if let literal = Self.literal(name) { return .known(literal) }
        let (answer, mustAsk, isConfigured) = knowledge.cache.withLock { $0.find(name, now: now, asker: asker) }
        guard mustAsk else { return answer }
        switch knowledge.queue.withLock({ $0.add(name, isConfigured: isConfigured) }) {
        case .queued(needsThread: false):
            return answer
        case .queued(needsThread: true):
            if (try? ResolverThread.start(knowledge)) != nil { return answer }
            let abandoned = knowledge.queue.withLock { $0.threadFailed() }
            for other in abandoned where other != name { knowledge.giveUp(other) }
            return abandoned.contains(name) ? .known(knowledge.giveUp(name)) : answer
        case .refused:
            return .known(knowledge.giveUp(name))
        }
    }

    /// Other settings count, and everything is asked for again.
    func use(_ settings: Settings) {
        knowledge.server.withLock { $0 = settings.nameServer.address }
        knowledge.cache.withLock { cache in
            cache.times = settings.limits.lookupTimes
            cache.configure(settings.upstreams.map(\.name), now: .now())
            cache.expire(now: .now())
        }
        prepare(settings.upstreams.map(\.name))
    }

    /// Has the names asked for before anybody wants them.
    func prepare(_ names: [ServerName]) {
        for name in names { _ = find(name, now: .now(), asker: nil) }
    }

    /// What needs no question at all (RFC 6120 section 3.2.3).
    static func literal(_ name: ServerName) -> Lookup? {
        guard case .host(let host, let port, let security) = name else { return nil }
        let address: SocketAddress
        if let ip = IPAddress(host) {
            address = SocketAddress(ip, port: port)
        } else if host.contains(":") {
            // No name has a colon, and a session's thread must not wait until name servers have said so.
            guard let scoped = SocketAddress.literal(host, port: port) else { return .failed(.unknown) }
            address = scoped
        } else {
            return nil
        }
        let server = HostAndPort(host: host, port: port).description
        return .found([
            Candidate(
                address: address, security: security.resolved(isLoopback: address.isLoopback), server: server)
        ])
    }
}

/// What the threads share.
final class Knowledge: Sendable {
    let cache: Mutex<LookupCache<Resolver.Asker>>
    /// Nil for those that the system is set to.
    let server: Mutex<SocketAddress?>
    let queue = Mutex(LookupQueue())
    private let log: any EdgeLog
    private let toldOfOthers = Mutex<Instant?>(nil)
    /// Milliseconds between lines about names that are not in the configuration.
    private static let quietTime: UInt64 = 10_000
    private let counters: EdgeCounters

    init(_ settings: Settings, log: any EdgeLog, counters: EdgeCounters) {
        self.counters = counters
        var cache = LookupCache<Resolver.Asker>(times: settings.limits.lookupTimes)
        cache.configure(settings.upstreams.map(\.name), now: .now())
        self.cache = Mutex(cache)
        server = Mutex(settings.nameServer.address)
        self.log = log
    }

    /// Blocks on the network; a helper thread's work.
    func find(_ name: ServerName) {
        counters.count(.asked)
        keep(name, NameFinder(server: server.withLock { $0 }).find(name))
    }

    /// Nobody can be asked.
    @discardableResult
    func giveUp(_ name: ServerName) -> Lookup {
        keep(name, NameFinder.Finding(lookup: .failed(.unanswered)))
    }

    @discardableResult
    private func keep(_ name: ServerName, _ finding: NameFinder.Finding) -> Lookup {
        let (lookup, askers, change) = cache.withLock { $0.answered(name, finding, now: .now()) }
        counters.count(LookupFigure(finding.lookup))
        if lookup != finding.lookup { counters.count(.stale) }
        var told: Set<ObjectIdentifier> = []
        for asker in askers where told.insert(ObjectIdentifier(asker)).inserted {
            asker.post(.found(name, lookup))
        }
        tell(name, change)
        return lookup
    }

    /// Once for each change, however many sessions wait. Of names that servers refer to once in a while: they may be new ones
    /// each time.
    private func tell(_ name: ServerName, _ change: LookupCache<Resolver.Asker>.Change) {
        let isConfigured = cache.withLock { $0.isConfigured(name) }
        switch change {
        case .none: break
        case .recovered:
            if isConfigured { log.notice("\(name.server) is found again") }
        case .failing(let failure, let hasStale):
            guard isConfigured || mayTellOfOthers() else { return }
            log.warning(
                "\(name.server) cannot be found: \(failure.sentence)"
                    + (hasStale ? "; what was known before is used meanwhile" : ""))
        }
    }

    private func mayTellOfOthers() -> Bool {
        toldOfOthers.withLock { told in
            let now = Instant.now()
            if let told, now.since(told) < Self.quietTime { return false }
            told = now
            return true
        }
    }
}
