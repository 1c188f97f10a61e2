/// One client of the sink on a WebSocket of its own (RFC 7395), for measuring proxies that only tunnel. Knows frames.
internal import Bytes
internal import HTTPWire
internal import Reactor
internal import WebSocketWire
internal import XMPPWire

final class SinkWebSocketConnection: StreamSocket, SinkTransport {
    private enum State {
        case head
        case frames
        case ended
    }

    private let service: SinkService
    private var stream: SinkStream
    private var state = State.head
    private var requests: RequestDecoder? = RequestDecoder()
    private var decoder = FrameDecoder(role: .server, limits: FrameLimits(maxMessage: 16 << 20))
    private var message = ByteBuffer()
    private var isServed = false

    private static let highMark = 1 << 20
    private static let linger: UInt64 = 500

    init(service: SinkService, connected descriptor: consuming Descriptor) {
        self.service = service
        stream = SinkStream(service: service)
        super.init(loop: service.loop, connected: descriptor)
    }

    func sendHeader(id: UInt64) {
        let open = OpenAttributes(from: service.settings.domain, id: "\(id)")
        send(Framing.open(open).span)
    }

    func send(_ element: Span<UInt8>) {
        guard isOpen, state == .frames else { return }
        FrameEncoder.append(.text, payload: element, to: &outbound, pool: loop.pool)
        touchOutput()
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        var used = 0
        if state == .head { used = readHead(input.span) }
        if state == .frames { used = readFrames(&input, from: used) }
        if outbound.count > Self.highMark && state == .frames {
            pauseReading()
            tellWhenDrained()
        }
        return state == .ended ? input.count : used
    }

    override func drained() { resumeReading() }

    override func closed() {
        message.release(to: loop.pool)
        service.ended(self)
    }

    /// Bytes of the request head, 0 until it is complete.
    private func readHead(_ input: Span<UInt8>) -> Int {
        var head = RequestHead()
        do {
            guard let step = try requests?.next(input, head: &head), case .head(let used) = step else { return 0 }
            var request = UpgradeRequest(
                isGET: head.method == .get, minorVersion: head.minorVersion, hasHost: head.count(of: "host") > 0,
                hasBody: head.hasBody)
            head.forEachField { request.add(name: $0, value: $1) }
            try request.accept(subprotocol: "xmpp").append(to: &outbound, pool: loop.pool)
            touchOutput()
            requests = nil
            state = .frames
            return used
        } catch {
            end()
            return 0
        }
    }

    private func readFrames(_ input: inout MutableSpan<UInt8>, from start: Int) -> Int {
        var offset = start
        do {
            while state == .frames {
                switch try decoder.next(&input, from: offset) {
                case .needMore: return offset
                case .data(let chunk, let used):
                    collect(chunk, input.span.extracting(chunk.payload))
                    offset += used
                case .ping(let payload, let used):
                    FrameEncoder.append(
                        .pong, payload: input.span.extracting(payload), to: &outbound, pool: loop.pool)
                    touchOutput()
                    offset += used
                case .pong(_, let used): offset += used
                case .close: end()
                }
            }
        } catch {
            end()
        }
        return offset
    }

    private func collect(_ chunk: FrameDecoder.Chunk, _ payload: Span<UInt8>) {
        if chunk.isStart && chunk.isEnd { return take(payload) }
        message.append(payload, pool: loop.pool)
        guard chunk.isEnd else { return }
        var whole = ByteBuffer()
        swap(&whole, &message)
        whole.withSpan { take($0) }
        whole.release(to: loop.pool)
    }

    private func take(_ element: Span<UInt8>) {
        if isServed && element.count > 1 && element[1] == UInt8(ascii: "m") {
            guard service.settings.mode == .echo else { return }
            return service.isImmediate ? send(element) : service.hold(element, for: self)
        }
        switch ElementText.isFraming(element) ? ElementText.name(element) : .other {
        case .open: stream.opened(self)
        case .close: end()
        default: stream.take(element, self)
        }
        if stream.isBound && !isServed {
            isServed = true
            service.startPush(self)
        }
    }

    private func end() {
        if state == .frames { FrameEncoder.appendClose(.normal, to: &outbound, pool: loop.pool) }
        state = .ended
        closeLingering(for: Self.linger)
    }
}
