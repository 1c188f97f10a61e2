/// One browser's WebSocket that carries XMPP (RFC 7395): frames in and out, pings, the closing handshake. Knows frames
/// and when the socket is dead; what a stanza means is `Session`'s business.
internal import Bytes
internal import Reactor
internal import WebSocketWire
internal import XMPPWire

final class WebSocketBinding: StreamSocket {
    /// Cleared when the session is over; what is left then is to close the socket well.
    private(set) var session: Session?
    private(set) var decoder: FrameDecoder
    let worker: Worker
    /// There when compression was agreed on.
    let codec: MessageCodec?
    /// The pieces of a message that did not come at once.
    private var message = ByteBuffer()
    private var phase = Phase.negotiating
    /// Pings since the peer was last heard of.
    private var unanswered: UInt8 = 0
    /// Messages of this size and more leave compressed.
    var deflatesFrom = UInt32.max
    /// Bytes that compressed messages became since bytes came.
    var inflatedThisTurn: UInt32 = 0
    /// Reading pauses until the next turn.
    var isResting = false
    /// `<close/>` was sent: nothing of XMPP may follow.
    private var hasSaidClose = false
    /// The client speaks the framing before RFC 7395: a stream's header and end stand for `<open/>` and `<close/>`. What
    /// stands alone for the one may stand in a stream for the other, so elements leave in the same form.
    var isDraft = false

    private enum Phase: UInt8 {
        /// Before login: the session's time limits run.
        case negotiating
        /// After login: pings.
        case established
        /// The browser has ended its side; waits for the server's end of the stream.
        case streamEnding
        /// The stream has ended on the server's side; waits for the browser's `<close/>`.
        case streamEnded
        /// Our Close frame is out; waits for the browser's.
        case closing
    }

    struct Timing {
        /// Milliseconds between pings; each is between the two, so that sessions do not ping in step.
        let ping: ClosedRange<UInt64>
        /// Pings without a sign of life after which the socket counts as dead.
        let maxUnanswered: UInt8
        /// Milliseconds to wait for the other side in a closing handshake.
        let close: UInt64
    }

    /// Takes over an HTTP connection whose upgrade was answered.
    /// - Parameters:
    ///   - rest: bytes behind the request's head.
    ///   - codec: nil when messages are not compressed.
    init(upgrading connection: StreamSocket, rest: Span<UInt8>, worker: Worker, codec: MessageCodec?) {
        decoder = FrameDecoder(
            role: .server, limits: worker.setup.framesBeforeLogin, acceptsCompressed: codec != nil)
        self.worker = worker
        self.codec = codec
        super.init(takingOver: connection, rest: rest)
    }

    private var timing: Timing { worker.setup.socketTiming }

    /// Begins to read; the session hears of everything from now on.
    func start(_ session: Session, deadline: Instant) {
        self.session = session
        self.deadline = deadline
        open()
    }

    // MARK: From the browser

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        unanswered = 0
        inflatedThisTurn = 0
        isResting = false
        var used = 0
        while isOpen && !isReadingPaused && !isLingering {
            let step: FrameDecoder.Step
            do throws(FrameFailure) {
                step = try decoder.next(&input, from: used)
            } catch {
                frameFailed(error)
                return input.count
            }
            switch step {
            case .needMore:
                return used
            case .data(let chunk, let size):
                used += size
                take(chunk, input.span)
                if used == input.count { return used }
            case .ping(let payload, let size):
                used += size
                pong(input.span.extracting(payload))
            case .pong(_, let size):
                used += size
            case .close(let close, let size):
                used += size
                peerClosed(close.code)
            }
        }
        return used
    }

    private func take(_ chunk: FrameDecoder.Chunk, _ input: Span<UInt8>) {
        guard let session else { return }
        let payload = input.extracting(chunk.payload)
        if chunk.isStart && chunk.isEnd {
            return chunk.isCompressed ? takeDeflated(payload) : session.clientSent(payload)
        }
        message.append(payload, pool: loop.pool)
        guard chunk.isEnd else { return }
        // Out of the property for the call: the session may close this socket.
        var whole = ByteBuffer()
        swap(&whole, &message)
        whole.withSpan { chunk.isCompressed ? takeDeflated($0) : session.clientSent($0) }
        whole.release(to: loop.pool)
    }

    private func pong(_ payload: Span<UInt8>) {
        guard phase != .closing else { return }
        FrameEncoder.append(.pong, payload: payload, to: &outbound, pool: loop.pool)
        touchOutput()
        // A peer that pings without reading would fill our memory with answers.
        if outbound.count > Self.maxWaitingControl { vanish(.clientOutputFull) }
    }

    /// Output at which control frames end the connection: stanzas stop well below, by back-pressure.
    private static let maxWaitingControl = 1 << 20

    /// The browser's Close frame: answered with the same code, then we close first (RFC 6455 sections 5.5.1 and 7.1.1).
    private func peerClosed(_ code: CloseCode?) {
        if phase != .closing {
            FrameEncoder.appendClose(code ?? .noStatus, to: &outbound, pool: loop.pool)
        }
        let session = endSession()
        closeLingering(for: timing.close)
        session?.clientLost(.clientVanished)
    }

    func frameFailed(_ failure: FrameFailure) {
        if let session, failure == .messageTooBig || failure == .tooManyFragments {
            // A client that resumes would send it again for ever: its stream has to end first.
            return session.fail(
                StreamFailure(
                    .policyViolation, "the message is too large",
                    limit: session.record.isLoggedIn ? .stanza : .stanzaBeforeLogin, isTooBig: true))
        }
        let session = endSession()
        sayGoodbye(failure.closeCode, reason: "\(failure.reason)")
        // After a broken frame nothing of the input can be trusted (RFC 6455 section 7.1.7).
        closeLingering(for: timing.close)
        session?.clientLost(.webSocketError(failure.closeCode.rawValue))
    }

    override func peerFinished() {
        vanish(.clientVanished)
    }

    override func failed(_ failure: SystemFailure) {
        vanish(.clientVanished)
    }

    private func vanish(_ reason: EndReason) {
        let session = endSession()
        close()
        session?.clientLost(reason)
    }

    private func endSession() -> Session? {
        let ending = session
        session = nil
        return ending
    }

    override func closed() {
        message.release(to: loop.pool)
        worker.connectionEnded()
    }

    // MARK: Towards the browser

    /// True when so much waits that upstream should not be read any more.
    func send(_ cut: ElementCut, from input: Span<UInt8>, of source: ClientStream, limit: Int) -> Bool {
        guard !hasSaidClose else { return false }
        let size = source.outputSize(of: cut)
        if size >= deflatesFrom {
            deflate(cut, from: input, of: source)
        } else {
            FrameEncoder.appendHeader(.text, payloadSize: size, to: &outbound, pool: worker.loop.pool)
            source.write(cut, from: input, to: &outbound)
        }
        touchOutput()
        return outbound.count > limit
    }

    /// Sends one message composed here.
    func send(_ text: [UInt8]) {
        guard !hasSaidClose else { return }
        if text.count >= deflatesFrom {
            deflate(text.span)
        } else {
            FrameEncoder.append(.text, payload: text.span, to: &outbound, pool: loop.pool)
        }
        touchOutput()
    }

    /// The stream stands, or stands anew.
    func opened(_ attributes: OpenAttributes) {
        send(isDraft ? StreamHeader.draft(attributes) : Framing.open(attributes))
    }

    func limitLogin(until deadline: Instant) {
        if phase == .negotiating { self.deadline = deadline }
    }

    /// Larger messages are fine from now on, and pings begin.
    func loggedIn() {
        guard phase == .negotiating else { return }
        decoder.limits = worker.setup.framesAfterLogin
        phase = .established
        startDeflating()
        deadline = loop.now + UInt64.random(in: timing.ping, using: &worker.chance)
    }

    func streamEnded() {
        guard phase == .negotiating || phase == .established else { return }
        sayClose()
        phase = .streamEnded
        deadline = loop.now + timing.close
    }

    /// Waits for the server's end of the stream, but not for ever.
    func awaitEnd() {
        phase = .streamEnding
        deadline = loop.now + timing.close
    }

    func finish() {
        sayClose()
        closeHandshake(.normal)
    }

    func fail(_ failure: StreamFailure) {
        if !hasSaidClose {
            if failure.needsOpen { opened(failure.opening) }
            send(Framing.error(failure.condition, text: "\(failure.text)"))
        }
        sayClose()
        closeHandshake(failure.isTooBig ? .messageTooBig : .normal, reason: failure.condition.rawValue)
    }

    /// Closes without `<close/>`: the stream may be resumed on another connection (RFC 7395 section 3.6).
    func goAway() {
        closeHandshake(.goingAway)
    }

    /// This process stops: the session ends, and a socket without one is closed.
    func shutDown() {
        if let session { session.shutDown() } else { closeLingering(for: timing.close) }
    }

    private func sayClose() {
        guard !hasSaidClose else { return }
        let end = isDraft ? StreamHeader.end : Framing.close
        FrameEncoder.appendHeader(.text, payloadSize: end.utf8CodeUnitCount, to: &outbound, pool: loop.pool)
        outbound.append(end, pool: loop.pool)
        touchOutput()
        hasSaidClose = true
    }

    private func sayGoodbye(_ code: CloseCode, reason: String) {
        guard phase != .closing else { return }
        phase = .closing
        FrameEncoder.appendClose(code, reason: Array(reason.utf8).span, to: &outbound, pool: loop.pool)
        touchOutput()
    }

    /// Sends our Close frame and waits for the browser's.
    private func closeHandshake(_ code: CloseCode, reason: String = "") {
        session = nil
        sayGoodbye(code, reason: reason)
        resumeReading()
        deadline = loop.now + timing.close
    }

    // MARK: Time

    override func timedOut() {
        switch phase {
        case .negotiating, .streamEnding:
            session?.clientTooSlow()
        case .established:
            ping()
        case .streamEnded:
            session?.clientClosed()
        case .closing:
            closeLingering(for: timing.close)
        }
    }

    private func ping() {
        if unanswered >= timing.maxUnanswered { return vanish(.pingTimeout) }
        // While we do not read we cannot hear a Pong either: that silence is our own.
        if !isReadingPaused { unanswered += 1 }
        FrameEncoder.appendHeader(.ping, payloadSize: 0, to: &outbound, pool: loop.pool)
        touchOutput()
        deadline = loop.now + UInt64.random(in: timing.ping, using: &worker.chance)
    }

    override func drained() {
        if isResting {
            isResting = false
            resumeReading()
        }
        session?.clientDrained()
    }
}
