/// One client of the sink on a plain connection (RFC 6120). Knows where elements end.
internal import Bytes
internal import Reactor
internal import XMPPWire

final class SinkTCPConnection: StreamSocket, SinkTransport {
    private let service: SinkService
    private var stream: SinkStream
    /// The grammar is the same in both directions.
    private var scanner = StreamScanner(maxElement: 16 << 20)
    private var isServed = false

    /// Output beyond which the client has to read before it is read.
    private static let highMark = 1 << 20
    private static let linger: UInt64 = 500

    init(service: SinkService, connected descriptor: consuming Descriptor) {
        self.service = service
        stream = SinkStream(service: service)
        super.init(loop: service.loop, connected: descriptor)
    }

    func sendHeader(id: UInt64) {
        let text = """
            <?xml version='1.0'?><stream:stream xmlns='jabber:client' \
            xmlns:stream='http://etherx.jabber.org/streams' from='\(service.settings.domain)' id='\(id)' version='1.0'>
            """
        outbound.append(Array(text.utf8), pool: loop.pool)
        touchOutput()
    }

    func send(_ element: Span<UInt8>) {
        guard isOpen else { return }
        outbound.append(element, pool: loop.pool)
        touchOutput()
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        var used = 0
        do {
            while isOpen && !isLingering {
                let rest = input.span.extracting(used..<input.count)
                switch try scanner.next(rest) {
                case .needMore:
                    bound()
                    return used
                case .whitespace(let size): used += size
                case .header(_, let size):
                    stream.opened(self)
                    used += size
                case .element(let cut, let size):
                    take(rest.extracting(cut.range))
                    used += size
                case .streamEnd:
                    outbound.append(StreamHeader.end, pool: loop.pool)
                    closeLingering(for: Self.linger)
                }
            }
        } catch {
            close()
        }
        return input.count
    }

    private func take(_ element: Span<UInt8>) {
        if isServed && element.count > 1 && element[1] == UInt8(ascii: "m") {
            guard service.settings.mode == .echo else { return }
            return service.isImmediate ? send(element) : service.hold(element, for: self)
        }
        if !isServed && element.count > 1 && element[1] != UInt8(ascii: "i") { scanner.restart() }
        stream.take(element, self)
        if stream.isBound && !isServed {
            isServed = true
            service.startPush(self)
        }
    }

    private func bound() {
        guard outbound.count > Self.highMark else { return }
        pauseReading()
        tellWhenDrained()
    }

    override func drained() { resumeReading() }
    override func closed() { service.ended(self) }
}
