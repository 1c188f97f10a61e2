/// A client's WebSocket (RFC 6455) with the XMPP subprotocol (RFC 7395). Knows handshake, frames and `<open/>`.
internal import Bytes
internal import Crypto
internal import HTTPWire
internal import Reactor
internal import WebSocketWire
internal import XMPPWire

final class WebSocketLink: StreamSocket, Link {
    private enum State {
        case handshake
        case frames
        case ended
    }

    private let owner: any LinkOwner
    private let clock: ReceiveClock
    private let route: Route
    private var state = State.handshake
    /// There until the handshake is over.
    private var opening: Opening?
    private var decoder = FrameDecoder(role: .client, limits: WebSocketLink.limits)
    /// The message under way, as far as it did not come in one piece.
    private var message = ByteBuffer()
    private var keys: KeySource

    private struct Opening {
        var handshake: ClientHandshake
        var decoder = ResponseDecoder()
        var head = ResponseHead()
    }

    private static let limits = FrameLimits(maxMessage: 16 << 20)
    /// Time for the server to answer our Close.
    private static let linger: UInt64 = 1_000

    init(loop: EventLoop, route: Route, owner: any LinkOwner, clock: ReceiveClock) {
        self.owner = owner
        self.clock = clock
        self.route = route
        let random = SecureRandom.bytes(16)
        opening = Opening(handshake: ClientHandshake(nonce: random, subprotocol: "xmpp"))
        keys = KeySource(seed: random.reduce(0) { $0 << 5 ^ UInt64($1) })
        super.init(loop: loop, connectingTo: route.address, from: route.source)
        if let security = route.security { secure(with: security.layer()) }
    }

    // MARK: Link

    func openStream() {
        let domain = route.domain
        send(Array("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='\(domain)' version='1.0'/>".utf8).span)
    }

    func send(_ element: Span<UInt8>) {
        ClientFrameEncoder.append(.text, payload: element, key: key(), to: &outbound, pool: loop.pool)
        touchOutput()
    }

    var waitingOutput: Int { outbound.count }

    func finish() {
        let close = UnsafeBufferPointer(start: Framing.close.utf8Start, count: Framing.close.utf8CodeUnitCount)
        send(close.span)
        ClientFrameEncoder.appendClose(
            .normal, reason: [UInt8]().span, key: key(), to: &outbound, pool: loop.pool)
        state = .ended
        closeLingering(for: Self.linger)
    }

    func abort() {
        state = .ended
        close()
    }

    // MARK: Socket

    override func connected() {
        opening?.handshake.appendRequest(
            target: route.path, host: route.authority, origin: nil, to: &outbound, pool: loop.pool)
        touchOutput()
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        clock.stamp()
        var used = 0
        if state == .handshake { used = readAnswer(input.span) }
        if state == .frames { used = readFrames(&input, from: used) }
        return state == .ended ? input.count : used
    }

    override func timedOut() { owner.linkTimedOut() }
    override func peerFinished() { end(ended(state == .handshake ? .handshake : .dropped)) }
    override func failed(_ failure: SystemFailure) { end(broken(by: failure)) }
    override func closed() { message.release(to: loop.pool) }

    private func end(_ failure: Failure) {
        guard state != .ended else { return }
        state = .ended
        close()
        owner.linkEnded(failure)
    }

    // MARK: Handshake

    /// Bytes of the answer's head, 0 until it is complete.
    private func readAnswer(_ input: Span<UInt8>) -> Int {
        guard var opening else { return 0 }
        do {
            guard case .head(let used) = try opening.decoder.next(input, head: &opening.head) else {
                self.opening = opening
                return 0
            }
            opening.head.forEachField { opening.handshake.add(name: $0, value: $1) }
            try opening.handshake.check(status: opening.head.status)
            self.opening = nil
            state = .frames
            owner.linkStands()
            return used
        } catch {
            let status = opening.head.status
            end(
                Failure(
                    .handshake,
                    status == 101 ? "no WebSocket for XMPP" : status > 0 ? "HTTP status \(status)" : "no HTTP"))
            return 0
        }
    }

    // MARK: Frames

    private func readFrames(_ input: inout MutableSpan<UInt8>, from start: Int) -> Int {
        var offset = start
        do {
            while state == .frames {
                let step = try decoder.next(&input, from: offset)
                guard let used = take(step, input.span) else { return offset }
                offset += used
            }
        } catch {
            end(Failure(.malformed))
        }
        return offset
    }

    /// Bytes used by the step, nil when it needs more.
    private func take(_ step: FrameDecoder.Step, _ input: Span<UInt8>) -> Int? {
        switch step {
        case .needMore:
            return nil
        case .data(let chunk, let used):
            collect(chunk, input.extracting(chunk.payload))
            return used
        case .ping(let payload, let used):
            ClientFrameEncoder.append(
                .pong, payload: input.extracting(payload), key: key(), to: &outbound, pool: loop.pool)
            touchOutput()
            return used
        case .pong(_, let used):
            return used
        case .close(let close, let used):
            let reason = String(reading: input.extracting(close.reason))
            end(Failure(.dropped, "closed with \(close.code?.rawValue ?? 1005)\(reason.isEmpty ? "" : ", \(reason)")"))
            return used
        }
    }

    private func collect(_ chunk: FrameDecoder.Chunk, _ payload: Span<UInt8>) {
        if chunk.isStart && chunk.isEnd { return deliver(payload) }
        message.append(payload, pool: loop.pool)
        guard chunk.isEnd else { return }
        var whole = ByteBuffer()
        swap(&whole, &message)
        whole.withSpan { deliver($0) }
        whole.release(to: loop.pool)
    }

    private func deliver(_ element: Span<UInt8>) {
        // Stanzas never begin so; the frames of RFC 7395 do.
        switch ElementText.isFraming(element) ? ElementText.name(element) : .other {
        case .open: break
        case .close: end(Failure(.dropped, "the server ended the stream"))
        default: owner.linkReceived(element)
        }
    }

    private func key() -> UInt32 { UInt32(truncatingIfNeeded: keys.next()) }
}
