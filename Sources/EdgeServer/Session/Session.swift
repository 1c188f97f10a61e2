/// One browser's XMPP session: the only place that knows both sides, the browser's leg and the stream to the server. It
/// decides what crosses, how the session ends and who is told. Knows no frames, no HTTP and no sockets.
///
/// A transparent hop: it never invents, drops, merges or reorders a stanza. What it does touch: `<open/>` and
/// `<close/>` become stream headers and end tags, features lose what cannot work across the edge, errors get a voice.
internal import Bytes
internal import Reactor
internal import XMPPWire

final class Session {
    let worker: Worker
    private(set) var client: ClientLeg?
    private var stream: ClientStream?
    /// There while the stream comes about.
    private var dial: UpstreamDial?
    private(set) var record: SessionRecord
    private(set) var stage = Stage.awaitingOpen
    /// SASL has just succeeded: the one moment for a new `<open/>` (RFC 6120 section 6.4.6).
    private var mayRestart = false
    /// A login of XEP-0078 is under way: the result of an iq will end it.
    private var awaitsLegacyLogin = false
    /// Our `<open/>` has gone out.
    private var hasOpened = false
    /// The server said why it ends the stream, and the browser has it.
    private var hasStreamError = false
    /// The client speaks the framing before RFC 7395.
    var isDraft = false
    /// The browser named itself in `<open/>`, so our answer names it too (RFC 7395 section 3.4).
    private var answersTo: String?

    enum Stage: UInt8, Comparable {
        case awaitingOpen
        /// The server is being reached.
        case opening
        /// The stream stands, nobody has logged in.
        case open
        case loggedIn
        /// The browser said `<close/>`; the server's end is awaited.
        case clientEnded
        /// The server ended its stream; the browser's `<close/>` is awaited.
        case serverEnded
        case over

        static func < (one: Stage, other: Stage) -> Bool { one.rawValue < other.rawValue }
    }

    init(worker: Worker, client: ClientLeg, record: SessionRecord) {
        self.worker = worker
        self.client = client
        self.record = record
    }

    /// Asked of every message: without a look at the rest of the record, which would be counted.
    var isLoggedIn: Bool { record.loggedIn < .never }

    // MARK: From the browser

    /// One whole message, of which the binding knows that it is UTF-8. It is checked, then goes on as the very bytes it
    /// came in.
    func clientSent(_ message: Span<UInt8>) {
        // After its `<close/>` a browser has nothing more to say (RFC 7395 section 3.6).
        guard stage < .clientEnded || stage == .serverEnded else { return }
        let isLoggedIn = isLoggedIn
        let element: CheckedElement
        do throws(XMLFailure) {
            element = try worker.checker.check(
                message, limits: isLoggedIn ? worker.relay.afterLogin : worker.relay.beforeLogin, isUTF8: true)
        } catch {
            // Most of the framing before RFC 7395 ends here, so that the usual one pays nothing for it.
            return rereadAsDraft(message, error)
        }
        take(element, of: message)
    }

    /// One element that its binding had checked with the limits of the moment.
    func clientSent(_ element: CheckedElement, of message: Span<UInt8>) {
        guard stage < .clientEnded || stage == .serverEnded else { return }
        take(element, of: message)
    }

    @inline(__always)
    private func take(_ element: CheckedElement, of message: Span<UInt8>) {
        if !isLoggedIn && !admit(element) { return }
        switch element.kind {
        case .open:
            clientOpened(worker.checker.openAttributes)
        case .close:
            clientClosed()
        case .startTLS, .compress:
            // They concern one hop only, and this one is not theirs (RFC 7395 section 3.9).
            fail(StreamFailure(.unsupportedStanzaType, "not available over this transport"))
        default:
            if element.kind == .legacyLogin { awaitsLegacyLogin = true }
            forward(element, of: message)
        }
    }

    /// What holds before login only: `<open/>` comes first, and there is a budget.
    private func admit(_ element: CheckedElement) -> Bool {
        if stage == .awaitingOpen && element.kind != .open && element.kind != .close {
            fail(StreamFailure(.badFormat, "the first message has to be <open/>"))
            return false
        }
        if record.elementsIn >= worker.setup.limits.elementsBeforeLogin {
            fail(StreamFailure(.policyViolation, "too many elements before login", limit: .elementsBeforeLogin))
            return false
        }
        return true
    }

    private func forward(_ element: CheckedElement, of message: Span<UInt8>) {
        let range = element.range
        record.count(in: range.count)
        guard let stream else { return keep(element, of: message) }
        let limit = worker.relay.upstreamOutput
        let isFull: Bool
        if element.needsRewrite {
            guard let rewritten = rewritten(message) else { return }
            isFull = stream.send(rewritten.span, limit: limit)
        } else {
            isFull = stream.send(message.extracting(range), limit: limit)
        }
        if isFull {
            client?.pauseReading()
            stream.tellWhenDrained()
        }
    }

    /// Nil when it cannot be done, which ends the session: better none than a stanza that got lost in silence.
    private func rewritten(_ message: Span<UInt8>) -> [UInt8]? {
        let rewritten = isDraft ? worker.checker.rewrittenDraft(message) : worker.checker.rewritten(message)
        if !rewritten.isEmpty { return rewritten }
        fail(StreamFailure(.internalServerError, "the prefixes of this element cannot be rewritten"))
        return nil
    }

    /// The stream has not come about yet.
    private func keep(_ element: CheckedElement, of message: Span<UInt8>) {
        guard let dial else { return }
        let limit = worker.relay.upstreamOutput
        let isFull: Bool
        if element.needsRewrite {
            guard let rewritten = rewritten(message) else { return }
            isFull = dial.keep(rewritten.span, limit: limit)
        } else {
            isFull = dial.keep(message.extracting(element.range), limit: limit)
        }
        if isFull { client?.pauseReading() }
    }

    /// What `<open/>` or its counterpart in BOSH says: a stream begins, or begins again after SASL.
    func clientOpened(_ attributes: OpenAttributes) {
        if stage == .loggedIn, mayRestart, let stream {
            mayRestart = false
            answersTo = attributes.from
            stream.sendHeader(worker.header(attributes, to: record.domain, isPrivate: stream.isPrivate))
            return
        }
        guard stage == .awaitingOpen else {
            return fail(StreamFailure(.policyViolation, "<open/> is not expected here"))
        }
        guard let (domain, route) = worker.routes.find(attributes.to) else {
            return fail(
                worker.routes.isRetired(attributes.to)
                    ? StreamFailure(.hostGone, "this domain is no longer served here", openFrom: attributes.to)
                    : StreamFailure(
                        .hostUnknown, "this domain is not served here", openFrom: worker.routes.defaultDomain))
        }
        if let from = attributes.from, JID(from) == nil {
            return fail(StreamFailure(.invalidFrom, "from is no JID"))
        }
        stage = .opening
        client?.limitLogin(until: record.began + worker.setup.limits.timeToLogin)
        record.domain = domain
        record.route = route
        answersTo = attributes.from
        let dial = UpstreamDial(worker: worker, session: self, route: route, opening: attributes)
        self.dial = dial
        dial.start()
    }

    /// `<close/>` from the browser, or the wait for it is over.
    func clientClosed() {
        switch stage {
        case .opening:
            dial?.cancel(saysGoodbye: true)
            end(.clientClosed) { $0.finish() }
        case .open, .loggedIn:
            stage = .clientEnded
            stream?.sendEnd()
            if stream?.isOpen == true {
                client?.awaitEnd()
            } else {
                end(.clientClosed) { $0.finish() }
            }
        case .awaitingOpen:
            end(.clientClosed) { $0.finish() }
        case .clientEnded, .serverEnded:
            stream?.sendEnd()
            end(stage == .clientEnded ? .clientClosed : serverReason) { $0.finish() }
        case .over:
            break
        }
    }

    /// The browser is gone without a word. The server must see a lost connection, not the end of the stream: a session
    /// that can be resumed stays alive then (XEP-0198 section 7).
    func clientLost(_ reason: EndReason) {
        switch stage {
        // One side had already said goodbye: that is what ended the session.
        case .clientEnded: end(.clientClosed) { _ in }
        case .serverEnded: end(serverReason) { _ in }
        default: end(reason) { _ in }
        }
    }

    func clientDrained() {
        stream?.resumeReading()
    }

    /// The time to `<open/>` or to login is over, or the server's end did not come.
    func clientTooSlow() {
        switch stage {
        case .awaitingOpen:
            fail(StreamFailure(.connectionTimeout, "no <open/> in time", limit: .timeToOpen))
        case .clientEnded, .serverEnded:
            clientClosed()
        default:
            fail(StreamFailure(.connectionTimeout, "no login in time", limit: .timeToLogin))
        }
    }

    // MARK: From the server

    /// There is a line in front of the server; the time for it is not that for login.
    func waitsForServer(until end: Instant) {
        client?.limitLogin(until: end + worker.setup.limits.timeToLogin)
    }

    /// The wait in line is over.
    func mayConnect() {
        client?.limitLogin(until: worker.loop.now + worker.setup.limits.timeToLogin)
    }

    /// A server has opened its stream; what the browser has said so far is on its way there.
    func dialSucceeded(_ stream: ClientStream, _ header: StreamHeader, server: String) {
        dial = nil
        self.stream = stream
        record.server = server
        stage = .open
        upstreamOpened(header)
        // The browser may be paused for what it has said.
        stream.tellWhenDrained()
    }

    /// No server has.
    func dialFailed(_ trouble: UpstreamTrouble) {
        dial = nil
        fail(StreamFailure(trouble))
    }

    /// The server's stream header: `<open/>` with the same attributes (RFC 7395 section 3.4).
    func upstreamOpened(_ header: StreamHeader) {
        hasOpened = true
        client?.opened(Framing.answer(to: header, domain: record.domain, client: answersTo))
        answersTo = nil
    }

    /// One element of the server's stream.
    func upstreamSent(_ cut: ElementCut, in input: Span<UInt8>, _ source: ClientStream) {
        record.count(out: cut.size)
        if stage == .loggedIn && !cut.isStreamPrefixed { return relay(cut, input, source) }
        switch source.classify(cut, in: input) {
        case .features:
            source.featuresCame()
            show(source.output(cut, from: input))
        // Before login it is the edge that would have to go there, and now it is too late for that.
        case .seeOtherHost where stage < .loggedIn:
            fail(StreamFailure(.referred))
        case .streamError, .seeOtherHost:
            hasStreamError = true
            if stage < .loggedIn { source.learn(fromError: cut, in: input) }
            relay(cut, input, source)
            if client?.endsWithStreamError == true { upstreamEnded() }
        case .saslSuccess(let restarts):
            relay(cut, input, source)
            loggedIn(restarts: restarts)
        case .iqResult where awaitsLegacyLogin:
            relay(cut, input, source)
            loggedIn(restarts: false)
        case .iqError:
            awaitsLegacyLogin = false
            relay(cut, input, source)
        default:
            relay(cut, input, source)
        }
    }

    /// What the server offers, less what is for its own hop only.
    private func show(_ element: [UInt8]) {
        guard element.count <= StreamFeatures.maxElement else {
            return upstreamBroken(.malformed(.policyViolation(.bytes)))
        }
        let features = worker.features.read(element)
        guard stage < .loggedIn, !features.onlyBound.isEmpty else {
            client?.send(features.element)
            return
        }
        worker.warnOfLogins(features.onlyBound, at: record.server, of: record.domain)
        var failure = StreamFailure(
            .internalServerError, "the XMPP server offers only logins that are bound to its own TLS connection (-PLUS)")
        failure.saysWhy = true
        fail(failure)
    }

    private func relay(_ cut: ElementCut, _ input: Span<UInt8>, _ source: ClientStream) {
        guard let client else { return }
        if client.send(cut, from: input, of: source, limit: worker.relay.clientOutput) {
            source.pauseReading()
            client.tellWhenDrained()
        }
    }

    private func loggedIn(restarts: Bool) {
        guard stage == .open else { return }
        stage = .loggedIn
        mayRestart = restarts
        record.loggedIn = worker.loop.now
        client?.loggedIn()
        stream?.startKeepalive()
    }

    func upstreamDrained() {
        client?.resumeReading()
    }

    /// `</stream:stream>` from the server.
    func upstreamEnded() {
        if stage == .clientEnded { return end(.clientClosed) { $0.finish() } }
        guard stage != .serverEnded && stage != .over else { return }
        stage = .serverEnded
        client?.resumeReading()
        client?.streamEnded(withError: hasStreamError)
    }

    /// The connection to the server failed or never came to be.
    func upstreamBroken(_ trouble: UpstreamTrouble) {
        let broken = stream
        switch stage {
        case .clientEnded:
            end(.clientClosed) { $0.finish() }
        case .serverEnded:
            stream = nil
        case _ where hasStreamError:
            upstreamEnded()
            stream = nil
        default:
            if trouble.concernsTheServer { worker.shared.health.failed(record.server, at: worker.loop.now) }
            fail(StreamFailure(trouble))
        }
        broken?.abandon()
    }

    // MARK: Ends

    private var serverReason: EndReason { hasStreamError ? .upstreamError : .upstreamClosed }

    /// Ends the session with a stream error of our own: the browser is told, the server sees a proper end, so that
    /// nobody resumes into the same trouble (RFC 6120 section 4.9.1.1).
    func fail(_ failure: StreamFailure) {
        guard stage != .over else { return }
        var failure = failure
        failure.needsOpen = !hasOpened
        // Its name is ours to use when it is in the configuration.
        if failure.openFrom == nil, let route = record.route, route.domain != "*" { failure.openFrom = route.domain }
        stream?.sendEnd()
        dial?.cancel(saysGoodbye: true)
        end(failure.reason) { $0.fail(failure) }
    }

    /// This process stops.
    func shutDown() {
        end(.shutdown) { $0.goAway() }
    }

    private func end(_ reason: EndReason, _ farewell: (ClientLeg) -> Void) {
        guard stage != .over else { return }
        stage = .over
        let leaving = (client, stream, dial)
        client = nil
        stream = nil
        dial = nil
        leaving.1?.abandon()
        leaving.2?.cancel(saysGoodbye: false)
        if let client = leaving.0 { farewell(client) }
        worker.sessionEnded(self, reason)
    }
}
