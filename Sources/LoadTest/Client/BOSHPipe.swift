/// One kept HTTP connection of a BOSH session: posts a request, collects its answer. Knows HTTP; does not look into bodies.
internal import BOSHWire
internal import Bytes
internal import HTTPWire
internal import Reactor

final class BOSHPipe: StreamSocket {
    private unowned let link: BOSHLink
    private let route: Route
    private var decoder = ResponseDecoder(limits: BOSHPipe.limits)
    private var head = HTTPWire.ResponseHead()
    private var body: [UInt8] = []
    private var request: BOSHClient.Request?
    private var isDropped = false

    private static let limits = HTTPLimits(maxBody: 16 << 20)

    init(loop: EventLoop, route: Route, link: BOSHLink) {
        self.link = link
        self.route = route
        super.init(loop: loop, connectingTo: route.address, from: route.source)
        if let security = route.security { secure(with: security.layer()) }
    }

    /// Whether a request can be posted, now or as soon as the connection stands.
    var isFree: Bool { request == nil && !isDropped }

    func post(_ request: BOSHClient.Request) {
        self.request = request
        do {
            try outbound.startRequest(.post, target: route.path, host: route.authority, pool: loop.pool)
        } catch {
            return link.pipeRefused("no such path or host")
        }
        outbound.appendField("Content-Type", "text/xml; charset=utf-8", pool: loop.pool)
        outbound.appendField("Content-Length", request.body.count, pool: loop.pool)
        outbound.endHead(pool: loop.pool)
        outbound.append(request.body, pool: loop.pool)
        touchOutput()
    }

    /// Closes without telling the link.
    func drop() {
        isDropped = true
        close()
    }

    override func connected() { link.pipeStands() }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        var used = 0
        do {
            while !isDropped {
                switch try decoder.next(input.span.extracting(used..<input.count), head: &head) {
                case .needMore: return used
                case .head(let size): used += size
                case .body(let range, let size):
                    let start = used
                    input.span.extracting((start + range.lowerBound)..<(start + range.upperBound))
                        .withUnsafeBufferPointer { body.append(contentsOf: $0) }
                    used += size
                case .end(let size):
                    used += size
                    answered()
                }
            }
        } catch {
            if !isDropped { link.pipeRefused("no HTTP") }
        }
        return input.count
    }

    private func answered() {
        guard let answer = request else { return link.pipeRefused("an answer without a request") }
        var bytes: [UInt8] = []
        swap(&bytes, &body)
        request = nil
        guard head.status == 200 else { return link.pipeRefused("HTTP status \(head.status)") }
        let isKept = head.keepsAlive
        link.pipeReceived(bytes, to: answer, by: self)
        if !isKept && !isDropped { lost(ended(.dropped)) }
    }

    override func peerFinished() { lost(ended(.dropped)) }
    override func failed(_ failure: SystemFailure) { lost(broken(by: failure)) }

    private func lost(_ failure: Failure) {
        guard !isDropped else { return }
        let hasStood = !isConnecting && isSecured
        drop()
        link.pipeLost(self, request: request, failure, hasStood: hasStood)
    }
}
