/// One reactor thread of the edge with all it shares between its sessions: loop, XML checker, request head, settings.
/// Knows how a connection becomes a session; knows no other thread but by messages.
internal import Bytes
internal import HTTPWire
internal import Reactor
internal import TLSStream
internal import WebSocketWire
internal import XMPPWire

final class Worker {
    /// Its place among the workers, in session ids and in names of requests.
    let index: UInt16
    let loop: EventLoop
    let shared: Shared
    let checker = StanzaChecker()
    /// The head being read: one for all connections, because a head is used up before the next one is looked at.
    var head = RequestHead()
    var dates = DateCache()
    var chance = Chance()
    let codecs = Codecs()
    private(set) var setup: Setup {
        didSet {
            relay = setup.relay
            handshakes.limit = setup.limits.handshakes
            features = KnownFeatures(policy: setup.featurePolicy)
        }
    }
    var features: KnownFeatures
    /// What every message asks for, beside the object that holds it: looking there is counted twice.
    private(set) var relay: Setup.Relay
    private(set) var site: StaticSite?
    private let memory: MemoryReturn
    private(set) var security: ThreadSecurity
    /// Those of browsers.
    let handshakes: Handshakes
    private(set) lazy var bosh = BOSHRegistry(worker: self)
    private(set) lazy var dials = WaitingDials(worker: self)
    private(set) lazy var lookups = Lookups(worker: self)
    /// All workers' mailboxes, by index.
    private let mailboxes: [Mailbox<WorkerMessage>]
    private var listeners: [Listener] = []
    private var nextProxyWarning = Instant(milliseconds: 0)
    private var nextLoginWarning = Instant(milliseconds: 0)
    /// New connections are turned away: the process is about to stop.
    private(set) var isStopping = false

    init(
        shared: Shared, setup: Setup, material: SecurityMaterial, site: StaticSite?, index: Int = 0,
        mailboxes: [Mailbox<WorkerMessage>] = []
    ) throws(SystemFailure) {
        loop = try EventLoop()
        memory = MemoryReturn(loop: loop)
        handshakes = Handshakes(loop: loop, limit: setup.limits.handshakes) { ($0 as? HTTPConnection)?.giveWay() }
        self.index = UInt16(clamping: index)
        self.mailboxes = mailboxes
        self.shared = shared
        self.setup = setup
        security = ThreadSecurity(material)
        relay = setup.relay
        features = KnownFeatures(policy: setup.featurePolicy)
        self.site = site
    }

    var settings: Settings { setup.settings }
    var routes: Routes { setup.routes }
    var counters: EdgeCounters { shared.counters }

    // MARK: Connections

    /// - Parameter isSecure: TLS comes before HTTP.
    func listen(on socket: ListeningSocket, as role: ListenerRole, isSecure: Bool = false) throws(SystemFailure) {
        let listener = Listener(loop: loop, socket: socket) { [unowned self] descriptor, peer in
            switch role {
            case .proxiedWeb:
                ProxiedConnection(worker: self, connected: descriptor, peer: peer, isSecure: isSecure).start()
            case .web, .admin:
                let connection = HTTPConnection(worker: self, connected: descriptor, peer: peer, role: role)
                // Without a certificate the connection ends before a word.
                guard !isSecure || connection.startTLS() else { return }
                connection.start()
            }
        }
        try listener.open()
        listeners.append(listener)
    }

    /// A proxy in front and this server do not agree about PROXY headers: one line about it in a while.
    func warnOfProxy(_ sentence: String) {
        guard loop.now >= nextProxyWarning else { return }
        nextProxyWarning = loop.now + 10_000
        shared.log.warning(sentence)
    }

    /// A browser's handshake did not come to its end.
    /// - Parameter sentence: what is known beyond the cause.
    func handshakeFailed(_ trouble: HandshakeTrouble, with client: SocketAddress, _ sentence: String?) {
        counters.count(trouble)
        guard trouble.isWorthALine, let times = shared.handshakeLog.happened(trouble, now: loop.now) else { return }
        shared.log.notice(
            "a browser's TLS handshake failed (\(trouble.rawValue)), client=\(client.host)"
                + (sentence.map { ": \($0)" } ?? "") + (times > 1 ? "; \(times) like it since the last such line" : ""))
    }

    /// Nobody can log in at a server: one line about it in a while.
    func warnOfLogins(_ mechanisms: [String], at server: String, of domain: String) {
        guard loop.now >= nextLoginWarning else { return }
        nextLoginWarning = loop.now + 10_000
        let names = Set(mechanisms.filter(MechanismFilter.isName)).sorted().joined(separator: ", ")
        shared.log.warning(
            "nobody can log in at \(server) for \(domain): it offers only \(names), which bind to its own TLS connection; "
                + "let it offer the same without -PLUS on the port that this edge uses")
    }

    /// One more connection; whoever gets true tells its end with `connectionEnded`, after an upgrade too.
    func admitConnection() -> Bool {
        if case .refused(let limit, let isWorthALine) = shared.admission.admitConnection(now: loop.now) {
            counters.count(limit)
            if isWorthALine { shared.log.warning("new connection refused, limits.\(limit.rawValue) is reached") }
            return false
        }
        counters.connectionOpened()
        memory.began()
        return true
    }

    func connectionEnded() {
        shared.admission.connectionEnded()
        counters.connectionClosed()
        memory.ended()
    }

    // MARK: Sessions

    /// Makes a session of a connection whose upgrade has been answered and admitted.
    /// - Parameters:
    ///   - rest: bytes behind the request's head.
    ///   - codec: for compressed messages, nil where none were agreed on.
    func startSession(
        upgrading connection: StreamSocket, rest: Span<UInt8>, caller: Caller, codec: MessageCodec?
    ) {
        let binding = WebSocketBinding(upgrading: connection, rest: rest, worker: self, codec: codec)
        let session = newSession(.webSocket(binding), .webSocket, from: caller)
        binding.start(session, deadline: loop.now + setup.limits.timeToOpen)
    }

    /// A session that was admitted.
    func newSession(_ client: ClientLeg, _ transport: SessionReport.Transport, from caller: Caller) -> Session {
        let id = UInt64.random(in: 1 ... .max, using: &chance)
        let record = SessionRecord(id: id, caller: caller, transport: transport, began: loop.now)
        counters.sessionBegan()
        memory.began()
        shared.log.sessionBegan(record.report(now: loop.now))
        return Session(worker: self, client: client, record: record)
    }

    /// Why there can be no further session from there; nil when it is admitted.
    func refusal(of peer: SocketAddress) -> LimitName? {
        guard case .refused(let limit, let isWorthALine) = shared.admission.admitSession(from: peer, now: loop.now)
        else { return nil }
        counters.count(limit)
        if isWorthALine { shared.log.refused(peer, limit) }
        return limit
    }

    func sessionEnded(_ session: Session, _ reason: EndReason) {
        let record = session.record
        shared.admission.sessionEnded(from: record.peer)
        counters.sessionEnded()
        memory.ended()
        if case .limit(let name) = reason { counters.count(name) }
        shared.log.sessionEnded(record.report(now: loop.now), reason)
    }

    /// The stream header for the server: everything the browser said in `<open/>`, to the domain as we know it.
    /// - Parameter isPrivate: nobody on the network can read along.
    func header(_ open: OpenAttributes, to domain: String, isPrivate: Bool) -> OpenAttributes {
        var header = open
        header.to = domain
        // An account, not one of its resources; and not in clear on a network for everybody to read (RFC 6120 section
        // 4.7.1).
        header.from = isPrivate ? open.from.flatMap(JID.init)?.bare : nil
        return header
    }

    // MARK: Messages from other threads

    /// Tells another worker; false when there is none of that index.
    @discardableResult
    func post(_ mail: BOSHMail, to other: UInt16) -> Bool {
        guard Int(other) < mailboxes.count else { return false }
        mailboxes[Int(other)].post(.bosh(mail))
        return true
    }

    /// Where others leave messages for this worker; nil where there is nobody to leave any.
    var mailbox: Mailbox<WorkerMessage>? {
        mailboxes.indices.contains(Int(index)) ? mailboxes[Int(index)] : nil
    }

    /// Tells another worker about one of its dials.
    func post(_ news: WaitingDials.News, to other: UInt16) {
        guard Int(other) < mailboxes.count else { return }
        mailboxes[Int(other)].post(.dial(news))
    }

    func receive(_ message: WorkerMessage) {
        switch message {
        case .dial(let news): dials.receive(news)
        case .bosh(let mail): bosh.receive(mail)
        case .found(let name, let lookup): lookups.found(name, lookup)
        case .areYouThere(let answers): answers.post(.here)
        case .setup(let setup): self.setup = setup
        case .security(let material): security = ThreadSecurity(material)
        case .site(let site): self.site = site
        case .stop(let grace): stop(within: grace)
        }
    }

    /// Takes no more connections, says goodbye to those that stand, and leaves the loop when they are gone or the time
    /// is over.
    private func stop(within grace: UInt64) {
        guard !isStopping else { return }
        isStopping = true
        for listener in listeners { listener.close() }
        listeners = []
        loop.forEachMember { member in
            switch member {
            case let binding as WebSocketBinding: binding.shutDown()
            case let binding as BOSHBinding: binding.shutDown()
            case let connection as HTTPConnection: connection.shutDown()
            case let connection as ProxiedConnection: connection.close()
            default: break
            }
        }
        let last = LastOneOut(loop: loop, until: loop.now + grace)
        last.open()
    }
}

/// What the main thread and the other workers tell a worker.
enum WorkerMessage: Sendable {
    case bosh(BOSHMail)
    case dial(WaitingDials.News)
    /// What somebody here waits for.
    case found(ServerName, Lookup)
    /// Asked once in a while for the watchdog.
    case areYouThere(Mailbox<WorkerNews>)
    case setup(Setup)
    case security(SecurityMaterial)
    case site(StaticSite?)
    /// Milliseconds for goodbyes.
    case stop(grace: UInt64)
}

/// What a listener is for.
enum ListenerRole: Sendable {
    case web
    /// Connections begin with a PROXY header.
    case proxiedWeb
    case admin
}

/// Stops the loop when no connection is left in it, or the time is over.
private final class LastOneOut: LoopMember {
    private let end: Instant
    /// When servers have had the time to take our last words out of the kernel's hands.
    private let patience: Instant

    init(loop: EventLoop, until end: Instant) {
        self.end = end
        patience = loop.now + 500
        super.init(loop: loop)
    }

    func open() {
        loop.register(self)
        deadlineReached()
    }

    override func deadlineReached() {
        var isEmpty = true
        loop.forEachMember { if let socket = $0 as? StreamSocket, isWorthTheWait(socket) { isEmpty = false } }
        if isEmpty || loop.now >= end { loop.stop() } else { deadline = loop.now + 50 }
    }

    /// A server that was told everything and does not close its side would keep us for nothing.
    private func isWorthTheWait(_ socket: StreamSocket) -> Bool {
        guard socket is ClientStream, socket.isLingering, socket.outbound.isEmpty else { return true }
        return loop.now < patience
    }
}
