/// Finds servers by name for all threads: one cache, and one helper thread for the questions. Knows threads and who waits for
/// what; the way from a name to addresses is `NameFinder`'s.
internal import Bytes
internal import DNSWire
internal import Reactor
internal import Synchronization

final class Resolver: Sendable {
    private let knowledge: Knowledge
    private let helper = Mutex<Mailbox<ResolverWork>?>(nil)

    typealias Asker = Mailbox<WorkerMessage>

    init(_ settings: Settings, log: any EdgeLog) {
        knowledge = Knowledge(settings, log: log)
    }

    deinit {
        helper.withLock { $0?.post(.stop) }
    }

    /// What is known of the name at this moment.
    /// - Parameter asker: gets `.found` when the answer is to wait.
    func find(_ name: ServerName, now: Instant, asker: Asker?) -> LookupCache<Asker>.Answer {
        if let literal = Self.literal(name) { return .known(literal) }
        let (answer, mustAsk) = knowledge.cache.withLock { $0.find(name, now: now, asker: asker) }
        guard mustAsk else { return answer }
        guard let box = helper.withLock({ Self.helper(&$0, knowledge) }) else {
            let failure = NameFinder.Finding(lookup: .failed(.unanswered))
            return .known(knowledge.cache.withLock { $0.answered(name, failure, now: now).lookup })
        }
        box.post(.find(name))
        return answer
    }

    /// Other settings count, and everything is asked for again.
    func use(_ settings: Settings) {
        knowledge.server.withLock { $0 = settings.nameServer.address }
        knowledge.cache.withLock { cache in
            cache.times = settings.limits.lookupTimes
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

    /// Started when there is something to ask: with literal addresses there never is.
    private static func helper(
        _ box: inout Mailbox<ResolverWork>?, _ knowledge: Knowledge
    ) -> Mailbox<ResolverWork>? {
        if box == nil { box = try? ResolverThread.start(knowledge) }
        return box
    }
}

/// What the helper thread is asked to do.
enum ResolverWork: Sendable {
    case find(ServerName)
    case stop
}

/// What the threads share.
final class Knowledge: Sendable {
    let cache: Mutex<LookupCache<Resolver.Asker>>
    /// Nil for those that the system is set to.
    let server: Mutex<SocketAddress?>
    private let log: any EdgeLog

    init(_ settings: Settings, log: any EdgeLog) {
        cache = Mutex(LookupCache(times: settings.limits.lookupTimes))
        server = Mutex(settings.nameServer.address)
        self.log = log
    }

    /// Blocks on the network; the helper thread's work.
    func find(_ name: ServerName) {
        let finding = NameFinder(server: server.withLock { $0 }).find(name)
        let (lookup, askers, change) = cache.withLock { $0.answered(name, finding, now: .now()) }
        var told: Set<ObjectIdentifier> = []
        for asker in askers where told.insert(ObjectIdentifier(asker)).inserted {
            asker.post(.found(name, lookup))
        }
        tell(name, finding, change, hasStale: lookup != finding.lookup)
    }

    /// Once for each change, however many sessions wait.
    private func tell(
        _ name: ServerName, _ finding: NameFinder.Finding, _ change: LookupCache<Resolver.Asker>.Change, hasStale: Bool
    ) {
        switch change {
        case .none: break
        case .recovered: log.notice("\(name.server) is found again")
        case .failing:
            guard case .failed(let failure) = finding.lookup else { return }
            log.warning(
                "\(name.server) cannot be found: \(failure.sentence)"
                    + (hasStale ? "; what was known before is used meanwhile" : ""))
        }
    }
}
