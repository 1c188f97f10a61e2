/// An ordinary client connection (RFC 6120). Knows stream headers and where elements end; TLS is the socket's business.
internal import Bytes
internal import Reactor
internal import XMPPWire

final class TCPLink: StreamSocket, Link {
    private let owner: any LinkOwner
    private let clock: ReceiveClock
    private let header: [UInt8]
    private var scanner = StreamScanner(maxElement: 16 << 20)
    private var hasEnded = false

    /// Time for the server to answer our end of the stream.
    private static let linger: UInt64 = 1_000

    init(loop: EventLoop, route: Route, owner: any LinkOwner, clock: ReceiveClock) {
        self.owner = owner
        self.clock = clock
        header = StreamHeader.bytes(OpenAttributes(to: route.domain))
        super.init(loop: loop, connectingTo: route.address, from: route.source)
        if let security = route.security { secure(with: security.layer()) }
    }

    // MARK: Link

    func openStream() {
        scanner.restart()
        outbound.append(header, pool: loop.pool)
        touchOutput()
    }

    func send(_ element: Span<UInt8>) {
        outbound.append(element, pool: loop.pool)
        touchOutput()
    }

    var waitingOutput: Int { outbound.count }

    func finish() {
        hasEnded = true
        outbound.append(StreamHeader.end, pool: loop.pool)
        closeLingering(for: Self.linger)
    }

    func abort() {
        hasEnded = true
        close()
    }

    // MARK: Socket

    override func connected() { owner.linkStands() }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        clock.stamp()
        var used = 0
        do {
            while !hasEnded {
                let rest = input.span.extracting(used..<input.count)
                switch try scanner.next(rest) {
                case .needMore: return used
                case .whitespace(let size): used += size
                case .header(_, let size): used += size
                case .element(let cut, let size):
                    owner.linkReceived(rest.extracting(cut.range))
                    used += size
                case .streamEnd:
                    end(Failure(.dropped, "the server ended the stream"))
                }
            }
        } catch {
            end(Failure(.malformed))
        }
        return input.count
    }

    override func timedOut() { owner.linkTimedOut() }
    override func peerFinished() { end(ended(.dropped)) }
    override func failed(_ failure: SystemFailure) { end(broken(by: failure)) }

    private func end(_ failure: Failure) {
        guard !hasEnded else { return }
        hasEnded = true
        close()
        owner.linkEnded(failure)
    }
}
