/// One thread's share of a run: opens its sessions at their pace, lets the scenario work, and ends. Knows phases and time;
/// what is sent is the scenario's business.
internal import Bytes
internal import Reactor

final class LoadWorker: SessionHost {
    enum Phase {
        case waiting
        case opening(start: Nanoseconds)
        /// All sessions have had their chance; the other workers are waited for.
        case opened
        case load(end: Nanoseconds)
        case grace(end: Nanoseconds)
        case over
    }

    let loop: EventLoop
    let plan: LoadPlan
    let clock = ReceiveClock()
    var recorder = Recorder()
    var scramKeys = SCRAMKeyCache()
    let login: LoginTerms
    /// This run's mark in ids.
    let tag: UInt16
    /// Sessions by their place in this worker's share; nil when gone.
    private(set) var sessions: [ClientSession?]
    private(set) var phase = Phase.waiting

    private let share: LoadShare
    private let security: LinkSecurity?
    private let report: (WorkerNews) -> Void
    private var scenario: any Scenario = Holding()
    private var timer: PreciseTimer?
    private let openingPace: Pace
    private var opened = 0
    /// First attempts that have succeeded or failed.
    private var settled = 0
    /// When the load began, and the thread's processor time then.
    private var start: (time: Nanoseconds, cpu: Nanoseconds)?
    private var busyShare = 0.0

    /// Acts in one go before sockets are looked at again.
    static let batch = 2_048
    /// Between two wake-ups: what is due within it leaves together.
    private static let granularity: Nanoseconds = 50_000
    /// Milliseconds for goodbyes.
    private static let goodbye: UInt64 = 1_500

    init(plan: LoadPlan, share: LoadShare, report: @escaping (WorkerNews) -> Void) throws {
        loop = try EventLoop()
        self.plan = plan
        self.share = share
        security = try LinkSecurity(
            plan.target, domain: plan.domain, authorities: share.authorities, trustsAnybody: plan.trustsAnybody)
        self.report = report
        tag = share.tag
        sessions = Array(repeating: nil, count: share.sessions.count)
        openingPace = Pace(rate: max(plan.connectRate * share.part, 0.001))
        login = LoginTerms(
            mechanism: plan.mechanism, timeout: UInt64(plan.loginTimeout * 1e3), resource: "load\(share.tag)-",
            announces: plan.announces)
        let timer = try PreciseTimer(loop: loop) { [unowned self] in tick() }
        try timer.open()
        self.timer = timer
        scenario = plan.scenario.make(worker: self)
    }

    /// The part of a rate that falls to this worker, above 0 and up to 1.
    var part: Double { share.part }
    /// Index of the first session here.
    var firstIndex: Int { share.sessions.lowerBound }

    // MARK: Orders

    func receive(_ order: WorkerOrder) {
        switch order {
        case .open:
            phase = .opening(start: MonotonicClock.now())
            tick()
        case .begin(let start): begin(at: start)
        case .look:
            // What happened last went with `finished`; the sessions that say goodbye since then are not lost.
            if case .over = phase { return }
            report(.interval(recorder.takeInterval()))
        case .stop: end()
        }
    }

    private func begin(at start: Nanoseconds) {
        guard case .opened = phase else { return }
        let from = start + Nanoseconds(plan.warmUp * 1e9)
        let end = from + Nanoseconds(plan.duration * 1e9)
        recorder.span = from..<end
        recorder.loadBegan = MonotonicClock.now()
        phase = .load(end: end)
        self.start = (MonotonicClock.now(), MonotonicClock.threadCPU())
        scenario.begin(at: start)
        tick()
    }

    // MARK: Time

    /// Does what is due and sets the time of the next call.
    private func tick() {
        let now = MonotonicClock.now()
        var next = Nanoseconds.max
        switch phase {
        case .waiting, .opened, .over: return
        case .opening(let start): next = open(from: start, now: now)
        case .load(let end):
            if now < end {
                next = min(scenario.act(now: now), end)
            } else {
                // What was due before the end and waited for this wake-up leaves now: leaving it out would hide that we
                // were late.
                while scenario.act(now: end - 1) < end {}
                scenario.finish(now: now)
                noteBusyShare()
                phase = .grace(end: now + Nanoseconds(plan.grace * 1e9))
                next = now
            }
        case .grace(let end):
            if now >= end || recorder.isComplete { return finishRun() }
            next = min(end, now + 1_000_000)
        }
        if next < .max { timer?.wake(at: max(next, now + Self.granularity)) }
    }

    private func open(from start: Nanoseconds, now: Nanoseconds) -> Nanoseconds {
        var left = 256
        while opened < sessions.count {
            switch openingPace.next(done: opened, elapsed: now - start) {
            case .wait(let until): return start + until
            case .act(let intended):
                if left == 0 { return now }
                left -= 1
                opened += 1
                startSession(at: opened - 1, intended: start + intended)
            }
        }
        if settled >= sessions.count { finishOpening() }
        return .max
    }

    private func finishOpening() {
        guard case .opening = phase, opened == sessions.count else { return }
        phase = .opened
        report(.opened(ready: recorder.result.sessionsReady))
    }

    // MARK: Sessions

    /// Connects a new session at that place of the share.
    func startSession(at place: Int, intended: Nanoseconds) {
        let index = firstIndex + place
        let session = ClientSession(
            index: index, account: plan.accounts.account(ofSession: index), intended: intended, host: self)
        sessions[place] = session
        recorder.started()
        let route = share.route(ofSession: index, security)
        let link: any Link =
            switch plan.target.transport {
            case .webSocket: WebSocketLink(loop: loop, route: route, owner: session, clock: clock)
            case .tcp: TCPLink(loop: loop, route: route, owner: session, clock: clock)
            case .bosh: BOSHLink(loop: loop, route: route, owner: session, clock: clock)
            }
        session.start(link, loop: loop)
    }

    /// Ends a session that stands, politely or as a lost device does; it is not told to the scenario.
    func endSession(at place: Int, politely: Bool) {
        guard let session = sessions[place] else { return }
        sessions[place] = nil
        if session.isReady { recorder.gone() }
        if politely { session.finish() } else { session.abort() }
    }

    /// The session, when it is ready to send.
    func readySession(at place: Int) -> ClientSession? {
        guard let session = sessions[place], session.isReady else { return nil }
        return session
    }

    func sessionReady(_ session: ClientSession) {
        recorder.ready(intended: session.intended, now: clock.now, isFirst: isOpening)
        scenario.ready(session)
        if !scenario.isPreparing { settle(session) }
    }

    func sessionReceived(_ element: Span<UInt8>, _ session: ClientSession) {
        scenario.received(element, session, now: clock.now)
    }

    func sessionEnded(_ session: ClientSession, _ failure: Failure) {
        let place = session.index - firstIndex
        guard let current = sessions[place], current === session else { return }
        sessions[place] = nil
        if case .over = phase { return }
        let wasReady = !session.address.isEmpty
        if wasReady { recorder.gone() }
        recorder.failed(failure.kind, because: failure.cause)
        scenario.lost(session)
        settle(session)
    }

    private var isOpening: Bool {
        if case .opening = phase { true } else { false }
    }

    /// The session can take part, or never will.
    func settle(_ session: ClientSession) {
        guard isOpening, !session.isSettled else { return }
        session.isSettled = true
        settled += 1
        if settled >= sessions.count { finishOpening() }
    }

    // MARK: The end

    private func finishRun() {
        recorder.failed(.undelivered, max(0, recorder.expected - recorder.arrived))
        end()
    }

    /// Of the time in which there was load; what follows is waiting.
    private func noteBusyShare() {
        guard let start else { return }
        let elapsed = Double(max(MonotonicClock.now() - start.time, 1))
        busyShare = Double(MonotonicClock.threadCPU() - start.cpu) / elapsed
    }

    private func end() {
        if case .over = phase { return }
        if case .load = phase { noteBusyShare() }
        phase = .over
        report(.finished(recorder.result, last: recorder.takeInterval(), busyShare: busyShare))
        for place in sessions.indices { endSession(at: place, politely: true) }
        timer?.close()
        let last = LastOneOut(loop: loop, until: loop.now + Self.goodbye)
        last.open()
    }
}

/// Stops the loop when no connection is left in it, or the time is over.
private final class LastOneOut: LoopMember {
    private let end: Instant

    init(loop: EventLoop, until end: Instant) {
        self.end = end
        super.init(loop: loop)
    }

    func open() {
        loop.register(self)
        deadline = loop.now
    }

    override func deadlineReached() {
        var isEmpty = true
        loop.forEachMember { if $0 is StreamSocket { isEmpty = false } }
        if isEmpty || loop.now >= end { loop.stop() } else { deadline = loop.now + 50 }
    }
}
