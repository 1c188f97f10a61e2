/// The way of one session to a stream of one of its servers: addresses in turn, each a moment after the one before (RFC 8305), until
/// one takes the connection, speaks TLS where it has to, and opens its stream. Knows attempts and times; where addresses come from,
/// who may connect when, and what an element means to the browser is others' business.
///
/// What the browser says meanwhile waits here, and goes to the server that is chosen. Until that server's first words are known to
/// be those of a stream that can be used, the browser hears nothing, so that another one may take its place.
internal import Bytes
internal import ProxyWire
internal import Reactor
internal import XMPPWire

final class UpstreamDial: LoopMember, LookupWaiter {
    let worker: Worker
    /// Nil once the way is over.
    private var session: Session?
    let route: Routes.Route
    private let opening: OpenAttributes
    /// What the browser has said.
    private var words = ByteBuffer()
    private var search: UpstreamSearch
    /// What is still to be tried, in this order.
    private var targets: [Candidate] = []
    /// Under way at one time; none of them has said a word.
    private var attempts: [Attempt] = []
    /// The one that took the connection.
    private var chosen: Attempt?
    /// What the chosen one has opened its stream with.
    private var header: Header?
    /// In line for a turn with a target.
    private var wait: WaitingDials.Place?
    /// Why nothing came of it so far.
    private var trouble = UpstreamTrouble.unreachable
    private var referrals = 0
    /// The next target does not wait for the one before any longer.
    private var nextAt = Instant.never
    private var connectBy = Instant.never
    private var waitBy = Instant.never
    /// The header alone will have to do.
    private var featuresBy = Instant.never

    // Objects, though they are values: a dial lives among many that wait, and has each of them for a short time or never.

    private final class Attempt {
        let stream: ClientStream
        let target: Candidate
        let began: Instant

        init(stream: ClientStream, target: Candidate, began: Instant) {
            self.stream = stream
            self.target = target
            self.began = began
        }
    }

    private final class Header {
        let header: StreamHeader
        init(_ header: StreamHeader) { self.header = header }
    }

    /// Milliseconds until the next address is tried beside the one before: RFC 8305 section 5 recommends 250.
    static let headStart: UInt64 = 250
    /// Addresses that one session tries: more than a name has.
    static let maxTargets = 16
    /// Milliseconds for which a header waits for the features or the error behind it.
    private static let headerPatience: UInt64 = 500

    init(worker: Worker, session: Session, route: Routes.Route, opening: OpenAttributes) {
        self.worker = worker
        self.session = session
        self.route = route
        self.opening = opening
        search = UpstreamSearch(route)
        super.init(loop: worker.loop)
    }

    private var domain: String { session?.record.domain ?? "" }
    var isOver: Bool { session == nil }

    func start() {
        loop.register(self)
        lookUp()
    }

    // MARK: From the session

    /// Takes what the browser says; true when so much waits that it should not be read any more.
    func keep(_ element: Span<UInt8>, limit: Int) -> Bool {
        words.append(element, pool: loop.pool)
        if let chosen { _ = chosen.stream.send(element, limit: limit) }
        return words.count > limit
    }

    /// The session has no use for a stream any more.
    /// - Parameter saysGoodbye: the stream is ended properly where it has begun.
    func cancel(saysGoodbye: Bool) {
        guard !isOver else { return }
        end()
        leavePlace()
        for attempt in attempts {
            drop(attempt)
            worker.dials.undecided(attempt.target.address)
        }
        attempts = []
        if let chosen {
            leave(chosen, saysGoodbye: saysGoodbye)
            worker.dials.undecided(chosen.target.address)
        }
        chosen = nil
    }

    private func end() {
        session = nil
        search.stop(worker, self)
        loop.unregister(self)
        words.release(to: loop.pool)
    }

    // MARK: Addresses in turn

    private func lookUp() {
        search.begin(worker, self)
        lookedUp()
    }

    func lookupEnded(_ name: ServerName, _ lookup: Lookup) {
        guard !isOver else { return }
        search.take(name, lookup, worker)
        lookedUp()
    }

    /// With all answers there it goes on. While one is missing, the others wait for it no longer than for an address that does not
    /// answer: a name server in trouble must not cost everybody's time.
    private func lookedUp() {
        guard chosen == nil, wait == nil else { return }
        if !search.isWaiting && attempts.isEmpty { return next() }
        guard search.hasFound, nextAt == .never else { return }
        nextAt = loop.now + Self.headStart
        schedule()
    }

    /// Puts what was found behind what is still to be tried.
    private func draw() {
        let endpoints = worker.shared.endpoints
        var last: [Candidate] = []
        for candidate in CandidateOrder.draw(search.takeFound()) {
            let isGood = endpoints.isGood(candidate.address, mayProbe: targets.isEmpty, now: .now())
            if isGood { targets.append(candidate) } else { last.append(candidate) }
        }
        targets = Array((targets + last).prefix(Self.maxTargets))
    }

    /// Starts with the next target, or waits for a turn there; ends when there is nothing left to wait for.
    private func next() {
        guard !isOver, chosen == nil, wait == nil else { return }
        nextAt = .never
        if search.hasFound { draw() }
        while !targets.isEmpty {
            let target = targets.removeFirst()
            // Its storage is larger than the rest of a dial.
            if targets.isEmpty { targets = [] }
            switch worker.dials.enter(self, target) {
            case .go:
                return begin(target)
            case .wait(let place):
                wait = place
                if waitBy == .never { waitBy = loop.now + worker.setup.limits.upstreamWait }
                session?.waitsForServer(until: waitBy)
                return schedule()
            case .refused(let limit):
                note(.busy(limit))
            }
        }
        schedule()
        if attempts.isEmpty && !search.isWaiting { fail() }
    }

    private func fail() {
        let session = session
        end()
        session?.dialFailed(trouble)
    }

    private func begin(_ target: Candidate) {
        if attempts.isEmpty { connectBy = loop.now + worker.setup.streamTiming.connect }
        let stream = ClientStream(dial: self, target: target, domain: domain)
        attempts.append(Attempt(stream: stream, target: target, began: loop.now))
        stream.open()
        nextAt = targets.isEmpty && !search.hasFound ? .never : loop.now + Self.headStart
        schedule()
    }

    /// Its place in line has come up.
    func turnHasCome() {
        guard let target = wait?.target.candidate else { return }
        wait = nil
        session?.mayConnect()
        begin(target)
    }

    /// Connections to where it waits in line fail: another address is worth more, if there is one.
    func addressFails(_ address: SocketAddress) {
        guard let target = wait?.target.candidate, target.address == address, !targets.isEmpty else { return }
        leavePlace()
        targets.append(target)
        next()
    }

    private func forgetTargets() {
        targets = []
        search.stop(worker, self)
    }

    private func leavePlace() {
        if let wait { worker.dials.leave(wait) }
        wait = nil
    }

    private func schedule() {
        deadline = min(min(nextAt, connectBy), min(wait == nil ? .never : waitBy, featuresBy))
    }

    override func deadlineReached() {
        let now = loop.now
        if featuresBy <= now, let header { return handOver(header.header) }
        if let wait, waitBy <= now {
            self.wait = nil
            worker.dials.giveUp(wait)
            note(.busy(.upstreamWait))
            next()
        }
        if connectBy <= now { giveUpConnecting() }
        if nextAt <= now { next() }
        if !isOver { schedule() }
    }

    private func giveUpConnecting() {
        connectBy = .never
        let late = attempts
        attempts = []
        for attempt in late {
            drop(attempt)
            blame(attempt.target, .unreachable)
        }
        note(.unreachable)
        next()
    }

    // MARK: From the attempts

    /// It took the connection: the others are not needed any more. What it is to hear goes out now, or when TLS stands.
    func connected(_ stream: ClientStream) {
        guard let index = attempts.firstIndex(where: { $0.stream === stream }) else { return stream.abandon() }
        let winner = attempts.remove(at: index)
        let losers = attempts
        attempts = []
        chosen = winner
        nextAt = .never
        connectBy = .never
        leavePlace()
        schedule()
        for loser in losers { overtaken(loser) }
        let proxyHeader = winner.target.proxy.flatMap { version in session?.record.proxyHeader.bytes(version) }
        stream.begin(
            proxyHeader: proxyHeader ?? [],
            worker.header(opening, to: domain, isPrivate: winner.target.isPrivate), words: &words)
    }

    /// Another one was faster. That is its own fault when it had begun before.
    private func overtaken(_ loser: Attempt) {
        drop(loser)
        // It may still be needed: the faster one has not opened a stream yet.
        targets.append(loser.target)
        if loop.now.since(loser.began) >= Self.headStart { blame(loser.target, .unreachable) }
    }

    /// Nothing comes of it.
    func failed(_ stream: ClientStream, _ trouble: UpstreamTrouble) {
        note(trouble)
        if let index = attempts.firstIndex(where: { $0.stream === stream }) {
            let attempt = attempts.remove(at: index)
            drop(attempt, wasRefused: true)
            blame(attempt.target, trouble)
            if attempts.isEmpty { connectBy = .never }
        } else if let attempt = chosen {
            // Who can tell whether it was heard? Nothing is said twice.
            if !words.isEmpty && trouble.hasHeardUs { forgetTargets() }
            chosen = nil
            leave(attempt, saysGoodbye: false)
            blame(attempt.target, trouble)
        }
        next()
    }

    /// The chosen one opens its stream.
    func headerCame(_ header: StreamHeader) {
        self.header = Header(header)
        featuresBy = loop.now + Self.headerPatience
        schedule()
    }

    /// All that came has been looked at. Behind a header without version no features follow (RFC 6120 section 4.7.5).
    func caughtUp() {
        if let header = header?.header, header.version == nil { handOver(header) }
    }

    /// The first element behind the header: whether it is the session's, which has the stream then.
    func judge(_ cut: ElementCut, in input: Span<UInt8>, _ stream: ClientStream) -> Bool {
        guard let header = header?.header else { return false }
        switch stream.classify(cut, in: input) {
        case .seeOtherHost:
            follow(StreamError.read(stream.output(cut, from: input))?.detail ?? "")
            return false
        case .streamError:
            return judge(StreamError.read(stream.output(cut, from: input))?.condition, header, stream)
        default:
            handOver(header)
            return true
        }
    }

    /// It opens with an error: whether that is the browser's, or another server may do better.
    private func judge(
        _ condition: StreamErrorCondition?, _ header: StreamHeader, _ stream: ClientStream
    ) -> Bool {
        let mayGoOn = words.isEmpty && (!targets.isEmpty || search.hasFound || search.isWaiting)
        switch condition {
        case let condition? where condition.isTheServersOwn:
            if mayGoOn {
                failed(stream, .noHeader)
                return false
            }
            if let chosen { blame(chosen.target, .noHeader) }
            handOver(header, succeeded: false)
        case .resourceConstraint? where mayGoOn:
            // It may mean this client alone, so it says nothing about the server.
            if let attempt = chosen {
                chosen = nil
                leave(attempt, saysGoodbye: false)
            }
            next()
            return false
        default:
            handOver(header)
        }
        return true
    }

    private func handOver(_ header: StreamHeader, succeeded: Bool = true) {
        guard let chosen, let session else { return }
        self.chosen = nil
        end()
        let target = chosen.target
        worker.dials.ended(target.address)
        if succeeded {
            worker.dials.succeeded(target.address)
            if !target.entry.isEmpty { worker.shared.health.connected(target.entry) }
        }
        chosen.stream.join(session)
        session.dialSucceeded(chosen.stream, header, server: target.server)
    }

    /// Instead of TLS it names another host. That may be anybody's word, but nobody else can prove to be the domain there.
    func referred(_ stream: ClientStream, to host: String) {
        if chosen?.stream === stream { follow(host) }
    }

    /// The server refers to another host: the session goes there, and the browser does not notice.
    private func follow(_ text: String) {
        guard let source = chosen else { return }
        chosen = nil
        forgetTargets()
        worker.dials.succeeded(source.target.address)
        leave(source, saysGoodbye: true)
        note(.referred)
        referrals += 1
        guard referrals <= Referral.limit, let referral = Referral(text, from: source.target, servers: route.servers)
        else {
            return next()
        }
        search = UpstreamSearch(referral)
        lookUp()
    }

    // MARK: Ends of attempts

    private func drop(_ attempt: Attempt, wasRefused: Bool = false) {
        attempt.stream.forget()
        attempt.stream.close()
        worker.dials.ended(attempt.target.address, wasRefused: wasRefused)
    }

    private func leave(_ attempt: Attempt, saysGoodbye: Bool) {
        header = nil
        featuresBy = .never
        attempt.stream.forget()
        if saysGoodbye { attempt.stream.sendEnd() }
        attempt.stream.abandon()
        worker.dials.ended(attempt.target.address)
    }

    /// Remembers the failure for the sessions after this one.
    private func blame(_ target: Candidate, _ trouble: UpstreamTrouble) {
        switch trouble {
        case .exhausted(let failure):
            return worker.dials.cannotConnect(target.address, failure)
        // With "*" it is the browser that names the domain, and with it the certificate.
        case .insecure where route.domain == DomainRoute.anyDomain:
            return
        // The certificate of one domain says nothing about the server as others see it.
        case .insecure where worker.routes.all.count > 1:
            break
        default:
            worker.dials.failed(target.address)
        }
        if trouble.concernsTheServer && !target.entry.isEmpty {
            worker.shared.health.failed(target.entry, at: loop.now)
        }
    }

    /// What is told in the end: what says more than that nobody was there.
    private func note(_ trouble: UpstreamTrouble) {
        if case .unreachable = trouble, !self.trouble.isUnreachable { return }
        self.trouble = trouble
    }
}

extension StreamErrorCondition {
    /// The server cannot serve anybody, whoever it is.
    var isTheServersOwn: Bool { self == .systemShutdown || self == .remoteConnectionFailed }
}
