/// The TCP client connection to the XMPP server, one per browser session (RFC 6120): header out, whole stanzas out, the
/// server's stream cut into elements. Knows the stream; what an element means to the browser is `Session`'s business.
internal import Bytes
internal import ProxyWire
internal import Reactor
internal import TLSStream
internal import XMPPWire

final class ClientStream: StreamSocket {
    /// Nil until the stream has come about, and when the session has no use for it any more.
    private(set) var session: Session?
    /// Whose attempt this is, until the session has it.
    private var dial: UpstreamDial?
    private var scanner: StreamScanner
    private let worker: Worker
    private var phase = Phase.connecting
    /// Something was sent since the keepalive timer last looked.
    private var hasSent = false
    /// No whitespace may be sent: before login, and once our stream has ended (RFC 6120 sections 5.3.3 and 6.3.5).
    private var isQuiet = true
    /// Elements that the session had from this stream when its header came.
    private var elementsAtHeader: UInt32 = 0

    private enum Phase: UInt8 {
        case connecting
        /// TLS comes about; what is to be sent waits.
        case securing
        case awaitingHeader
        /// There is a header; features should follow.
        case awaitingFeatures
        case open
        /// We have sent `</stream:stream>`, or half-closed without it.
        case ended
    }

    /// Milliseconds.
    struct Timing {
        let connect: UInt64
        let header: UInt64
        let keepalive: UInt64
        let linger: UInt64
    }

    /// Starts to connect.
    init(dial: UpstreamDial, target: Candidate, domain: String) {
        worker = dial.worker
        self.dial = dial
        scanner = StreamScanner(maxElement: worker.setup.limits.upstreamStanza)
        super.init(loop: worker.loop, connectingTo: target.address)
        // From here on nothing leaves in clear that is not meant to.
        if let layer = worker.security.layer(for: target, domain: domain) { secure(with: layer) }
    }

    private var timing: Timing { worker.setup.streamTiming }

    // MARK: Towards the server

    /// The first words, who the client is before all (PROXY protocol). One write for the header, because servers stall on one
    /// in pieces.
    /// - Parameter words: what the browser has said; it stays with the owner.
    func begin(proxyHeader: [UInt8], _ header: OpenAttributes, words: inout ByteBuffer) {
        if !proxyHeader.isEmpty { prefix(proxyHeader) }
        StreamHeader.append(header, to: &outbound, pool: worker.loop.pool)
        words.withSpan { outbound.append($0, pool: worker.loop.pool) }
        sent()
    }

    /// Opens the stream again after SASL.
    func sendHeader(_ attributes: OpenAttributes) {
        scanner.restart()
        StreamHeader.append(attributes, to: &outbound, pool: worker.loop.pool)
        sent()
        if phase == .open || phase == .awaitingFeatures {
            phase = .awaitingHeader
            deadline = loop.now + timing.header
        }
    }

    /// Nobody on the network can read along: what is private may be said.
    var isPrivate: Bool { layer != nil || isNearby }

    /// Appends a whole element; true when so much waits that the client should not be read any more.
    func send(_ element: Span<UInt8>, limit: Int) -> Bool {
        outbound.append(element, pool: worker.loop.pool)
        sent()
        return outbound.count > limit
    }

    private func sent() {
        hasSent = true
        touchOutput()
    }

    /// From login on the connection may be kept alive with whitespace.
    func startKeepalive() {
        isQuiet = false
        featuresCame()
    }

    /// Ends our side of the stream properly (RFC 6120 section 4.4); the server's end tag may still come.
    func sendEnd() {
        guard phase != .ended else { return }
        if phase == .connecting { return abandon() }
        phase = .ended
        isQuiet = true
        outbound.append(StreamHeader.end, pool: worker.loop.pool)
        touchOutput()
        deadline = .never
    }

    /// Leaves: what was handed to us still goes out, then the connection ends. Without `sendEnd` before, the server
    /// sees a lost connection and keeps a session that can be resumed (XEP-0198 section 7).
    func abandon() {
        session = nil
        dial = nil
        guard isOpen else { return }
        if isConnecting { close() } else { closeLingering(for: timing.linger) }
    }

    /// The session has the stream from now on.
    func join(_ session: Session) {
        dial = nil
        self.session = session
    }

    /// Nobody wants to hear of it any more.
    func forget() { dial = nil }

    // MARK: Elements that have come

    /// Bytes of the element as it leaves for the browser.
    func outputSize(of cut: ElementCut) -> Int { cut.usualSize ?? scanner.outputSize(of: cut) }

    /// Appends the element with the declarations it needs to stand alone.
    func write(_ cut: ElementCut, from input: Span<UInt8>, to output: inout ByteBuffer) {
        guard !cut.isUsual else { return cut.writeUsual(from: input, to: &output, pool: worker.loop.pool) }
        scanner.write(cut, from: input, to: &output, pool: worker.loop.pool)
    }

    func classify(_ cut: ElementCut, in input: Span<UInt8>) -> UpstreamElement { scanner.classify(cut, in: input) }

    /// A copy of the element as it leaves, for those who look into it.
    func output(_ cut: ElementCut, from input: Span<UInt8>) -> [UInt8] { scanner.output(cut, from: input) }

    /// Before login: whether it is the server's own trouble, which others should be spared.
    func learn(fromError cut: ElementCut, in input: Span<UInt8>) {
        guard StreamError.read(output(cut, from: input))?.condition?.isTheServersOwn == true else { return }
        if let remoteAddress { worker.dials.failed(remoteAddress) }
    }

    // MARK: From the loop

    override func connected() {
        dial?.connected(self)
        guard isOpen else { return }
        phase = isSecured ? .awaitingHeader : .securing
        deadline = loop.now + timing.header
    }

    override func secured() {
        guard phase == .securing else { return }
        phase = .awaitingHeader
        deadline = loop.now + timing.header
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int { take(input.span, from: 0) }

    @inline(__always)
    private func take(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var used = start
        while let session, !isReadingPaused {
            let step: StreamScanner.Step
            do throws(XMLFailure) {
                step = try scanner.next(bytes.extracting(used...))
            } catch {
                session.upstreamBroken(.malformed(error))
                return bytes.count
            }
            switch step {
            case .needMore:
                return used
            case .whitespace(let size):
                used += size
            case .header(let header, let size):
                used += size
                headerArrived(header)
                session.upstreamOpened(header)
            case .element(let cut, let size):
                session.upstreamSent(cut, in: bytes.extracting(used...), self)
                used += size
                // Nothing comes behind an element without bytes of its own.
                if used == bytes.count { return used }
            case .streamEnd(let size):
                used += size
                session.upstreamEnded()
            }
        }
        return session == nil ? takeEarly(bytes, from: used) : used
    }

    /// Before there is a session for it: the dial hears of it. Without one nobody does.
    @inline(never)
    private func takeEarly(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var used = start
        while let dial {
            let step: StreamScanner.Step
            do throws(XMLFailure) {
                step = try scanner.next(bytes.extracting(used...))
            } catch {
                dial.failed(self, .malformed(error))
                break
            }
            switch step {
            case .needMore:
                dial.caughtUp()
                return used
            case .whitespace(let size):
                used += size
            case .header(let header, let size):
                used += size
                headerArrived(header)
                dial.headerCame(header)
            case .element(let cut, let size):
                guard dial.judge(cut, in: bytes.extracting(used...), self), let session else { return bytes.count }
                session.upstreamSent(cut, in: bytes.extracting(used...), self)
                return take(bytes, from: used + size)
            case .streamEnd:
                dial.failed(self, .lost)
            }
        }
        return bytes.count
    }

    private func headerArrived(_ header: StreamHeader) {
        guard phase == .awaitingHeader else { return }
        // No features follow a header without version (RFC 6120 section 4.7.5).
        guard header.version != nil else { return settle() }
        phase = .awaitingFeatures
        elementsAtHeader = elementsSoFar
        deadline = loop.now + timing.header
    }

    /// Whatever is due after a header has come.
    func featuresCame() {
        if phase == .awaitingFeatures || phase == .open { settle() }
    }

    private func settle() {
        phase = .open
        deadline = isQuiet ? .never : loop.now + timing.keepalive
    }

    private var elementsSoFar: UInt32 { UInt32(truncatingIfNeeded: session?.record.elementsOut ?? 0) }

    override func peerFinished() {
        switch phase {
        case .connecting, .securing: insecure("the server ends the connection before TLS stands")
        case .awaitingHeader: broken(.noHeader)
        case .awaitingFeatures, .open, .ended: broken(.lost)
        }
    }

    override func failed(_ failure: SystemFailure) {
        switch phase {
        case .connecting: broken(failure.isExhaustion ? .exhausted(failure) : .unreachable)
        case .securing: insecure("the connection breaks before TLS stands")
        default:
            let (dial, session) = (dial, session)
            close()
            dial?.failed(self, .lost)
            session?.upstreamBroken(.lost)
        }
    }

    override func timedOut() {
        switch phase {
        case .connecting, .ended:
            // Others keep these times.
            if session == nil && dial == nil { close() }
        case .securing:
            insecure("the server does not answer before TLS stands")
        case .awaitingHeader:
            broken(.noHeader)
        case .awaitingFeatures:
            // Some servers go on without, and so may the client.
            if elementsSoFar == elementsAtHeader { broken(.noHeader) } else { featuresCame() }
        case .open:
            keepAlive()
        }
    }

    private func insecure(_ otherwise: String) {
        if let dial, let host = (layer as? StartTLSLayer)?.referral { return dial.referred(self, to: host) }
        broken(.insecure((layer as? TLSLayer)?.trouble ?? otherwise))
    }

    /// Nothing comes of the stream any more: whoever has it is told, and ends it.
    private func broken(_ trouble: UpstreamTrouble) {
        if let dial { return dial.failed(self, trouble) }
        guard let session else { return close() }
        session.upstreamBroken(trouble)
    }

    private func keepAlive() {
        guard !isQuiet else { return }
        if !hasSent && outbound.isEmpty {
            outbound.append(" ", pool: worker.loop.pool)
            touchOutput()
        }
        hasSent = false
        deadline = loop.now + timing.keepalive
    }

    override func drained() {
        session?.upstreamDrained()
    }
}
