/// One HTTP/1.1 connection: reads requests and hands them to whoever answers. Knows HTTP; what becomes of an upgraded
/// connection is its binding's business.
internal import Bytes
internal import HTTPWire
internal import Reactor
internal import WebSocketWire

final class HTTPConnection: StreamSocket {
    private unowned(unsafe) let worker: Worker
    private let peer: SocketAddress
    private let role: ListenerRole
    private var decoder = RequestDecoder()

    init(worker: Worker, connected descriptor: consuming Descriptor, peer: SocketAddress, role: ListenerRole) {
        self.worker = worker
        self.peer = peer
        self.role = role
        super.init(loop: worker.loop, connected: descriptor)
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        let bytes = input.span
        do {
            guard case .head(let used) = try decoder.next(bytes, head: &worker.head) else { return 0 }
            try upgrade(rest: bytes.extracting(used...))
        } catch {
            close()
        }
        return bytes.count
    }

    private func upgrade(rest: Span<UInt8>) throws(UpgradeRefusal) {
        let head = worker.head
        var request = UpgradeRequest(
            isGET: head.method == .get, minorVersion: head.minorVersion, hasHost: true, hasBody: head.hasBody)
        head.forEachField { request.add(name: $0, value: $1) }
        let answer = try request.accept(subprotocol: "xmpp")
        guard worker.shared.admission.admitSession(from: peer, now: loop.now) == .admitted else { return close() }
        answer.append(to: &outbound, pool: loop.pool)
        worker.startSession(upgrading: self, rest: rest, peer: peer)
    }

    func shutDown() { close() }
}
