/// The TCP client connection to the XMPP server, one per browser session (RFC 6120): header out, whole stanzas out, the
/// server's stream cut into elements. Knows the stream; what an element means to the browser is `Session`'s business.
internal import Bytes
internal import ProxyWire
internal import Reactor
internal import TLSStream
internal import XMPPWire

final class ClientStream: StreamSocket {
    /// Cleared when the session has no use for this stream any more.
    private(set) var session: Session?
    private var scanner: StreamScanner
    private let worker: Worker
    /// Which server, and how many of its addresses were tried before this one.
    private let route: Routes.Route
    private let attempt: Int
    private var phase = Phase.connecting
    /// Something was sent since the keepalive timer last looked.
    private var hasSent = false
    /// No whitespace may be sent: before login, and once our stream has ended (RFC 6120 sections 5.3.3 and 6.3.5).
    private var isQuiet = true

    private enum Phase: UInt8 {
        case connecting
        /// TLS comes about; what is to be sent waits.
        case securing
        case awaitingHeader
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

    /// Starts to connect to the route's server.
    init(worker: Worker, session: Session, route: Routes.Route) {
        self.worker = worker
        self.session = session
        self.route = route
        attempt = 0
        scanner = StreamScanner(maxElement: worker.setup.limits.upstreamStanza)
        super.init(loop: worker.loop, connectingTo: route.addresses[0])
        secure(session)
        deadline = loop.now + timing.connect
    }

    /// The server's next address, with everything that waits to be sent.
    private init(after failed: ClientStream, session: Session, address: SocketAddress) {
        worker = failed.worker
        self.session = session
        route = failed.route
        attempt = failed.attempt + 1
        scanner = failed.scanner
        super.init(loop: failed.loop, connectingTo: address)
        swap(&outbound, &failed.outbound)
        secure(session, isFirst: false)
        deadline = loop.now + timing.connect
    }

    /// From here on nothing leaves in clear that is not meant to. Who the client is comes before all (PROXY protocol).
    private func secure(_ session: Session, isFirst: Bool = true) {
        let record = session.record
        if let layer = worker.security.layer(for: route, domain: record.domain) { secure(with: layer) }
        // Without a layer it stands among the output that the next address takes over.
        guard let version = route.proxy, isFirst || layer != nil else { return }
        prefix(record.proxyHeader.bytes(version))
    }

    private var timing: Timing { worker.setup.streamTiming }

    // MARK: Towards the server

    /// Opens the stream, or opens it again after SASL: one write, because servers stall on a header in pieces.
    func sendHeader(_ attributes: OpenAttributes) {
        scanner.restart()
        StreamHeader.append(attributes, to: &outbound, pool: worker.loop.pool)
        sent()
        if phase == .open {
            phase = .awaitingHeader
            deadline = loop.now + timing.header
        }
    }

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
        if phase == .open { deadline = loop.now + timing.keepalive }
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
        guard isOpen else { return }
        if isConnecting { close() } else { closeLingering(for: timing.linger) }
    }

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

    // MARK: From the loop

    override func connected() {
        phase = isSecured ? .awaitingHeader : .securing
        deadline = loop.now + timing.header
    }

    override func secured() {
        guard phase == .securing else { return }
        phase = .awaitingHeader
        deadline = loop.now + timing.header
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        let bytes = input.span
        var used = 0
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
                headerArrived()
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
        // Without a session nobody wants the rest.
        return session == nil ? bytes.count : used
    }

    private func headerArrived() {
        guard phase == .awaitingHeader else { return }
        phase = .open
        deadline = isQuiet ? .never : loop.now + timing.keepalive
    }

    override func peerFinished() {
        guard let session else { return close() }
        if phase == .securing { return insecure(session, "the server ends the connection before TLS stands") }
        session.upstreamBroken(phase == .awaitingHeader ? .noHeader : .lost)
    }

    override func failed(_ failure: SystemFailure) {
        guard let session else { return close() }
        if phase == .connecting { return tryNext(session) }
        if phase == .securing { return insecure(session, "the connection breaks before TLS stands") }
        close()
        session.upstreamBroken(.lost)
    }

    override func timedOut() {
        guard let session else { return close() }
        switch phase {
        case .connecting:
            tryNext(session)
        case .securing:
            insecure(session, "the server does not answer before TLS stands")
        case .awaitingHeader:
            session.upstreamBroken(.noHeader)
        case .open:
            keepAlive()
        case .ended:
            break
        }
    }

    private func insecure(_ session: Session, _ otherwise: String) {
        let reason = (layer as? TLSLayer)?.trouble ?? otherwise
        close()
        session.upstreamBroken(.insecure(reason))
    }

    private func tryNext(_ session: Session) {
        guard attempt + 1 < route.addresses.count else {
            close()
            return session.upstreamBroken(.unreachable)
        }
        let next = ClientStream(after: self, session: session, address: route.addresses[attempt + 1])
        close()
        session.upstreamReplaced(by: next)
        next.open()
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
