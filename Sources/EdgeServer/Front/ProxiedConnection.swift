/// A connection on which a proxy first says for whom it speaks. Reads that header and nothing else: what follows is an
/// `HTTPConnection`'s business. Whoever does not begin with it, or may not say it, is turned away without a word.
internal import ProxyWire
internal import Reactor

final class ProxiedConnection: StreamSocket {
    private unowned let worker: Worker
    private let peer: SocketAddress
    /// TLS follows behind the header.
    private let isSecure: Bool
    private var isAdmitted = false

    init(worker: Worker, connected descriptor: consuming Descriptor, peer: SocketAddress, isSecure: Bool = false) {
        self.worker = worker
        self.isSecure = isSecure
        self.peer = peer
        super.init(loop: worker.loop, connected: descriptor)
        deadline = loop.now + worker.setup.limits.timeToProxyHeader
    }

    func start() {
        open()
        guard worker.settings.trustedProxies.contains(peer) else {
            worker.warnOfProxy(
                "\(peer.host) is not among trusted-proxies and was turned away where a PROXY header is expected")
            return close()
        }
        isAdmitted = worker.admitConnection()
        if !isAdmitted { close() }
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        let bytes = input.span
        do throws(ProxyFailure) {
            switch try ProxyHeaderDecoder.next(bytes) {
            case .needMore: return 0
            case .header(let header, let used): go(on: header, bytes.extracting(used...))
            }
        } catch {
            worker.warnOfProxy("\(peer.host) was turned away: its first bytes are no valid PROXY header")
            close()
        }
        return bytes.count
    }

    private func go(on header: ProxyHeader, _ rest: Span<UInt8>) {
        let client = header.endpoints.map { SocketAddress($0.source, port: $0.sourcePort) } ?? peer
        let approach = header.endpoints == nil ? nil : Approach(header)
        let next = HTTPConnection(worker: worker, takingOver: self, rest: rest, peer: client, approach: approach)
        if isSecure && !next.startTLS() { return next.close() }
        next.open()
    }

    override func timedOut() {
        worker.counters.count(.timeToProxyHeader)
        close()
    }

    /// Not called when the connection goes on as another one.
    override func closed() {
        if isAdmitted { worker.connectionEnded() }
    }
}
