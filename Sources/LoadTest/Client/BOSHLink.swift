/// A client over BOSH (XEP-0124, XEP-0206) on two kept HTTP connections. Knows when a request is due and which connection is
/// free; numbering and order are `BOSHClient`'s business.
internal import BOSHWire
internal import Bytes
internal import Reactor

final class BOSHLink: LoopMember, Link {
    private enum State {
        case connecting
        case open
        /// Our last request is under way.
        case finishing
        case ended
    }

    private let owner: any LinkOwner
    private let clock: ReceiveClock
    private let route: Route
    private var state = State.connecting
    private var client: BOSHClient
    private var pipes: [BOSHPipe] = []
    /// Elements for the next requests, and what they must wait for.
    private var payloads = BOSHPayloads()
    private var isRestartDue = false
    private var isPostponed = false
    /// Connections lost with a request under way, since the last answer.
    private var losses = 0

    /// Lost connections in a row until the session counts as lost.
    private static let maxLosses = 3
    /// Milliseconds for the answer to our last request.
    private static let linger: UInt64 = 1_000

    init(loop: EventLoop, route: Route, owner: any LinkOwner, clock: ReceiveClock) {
        self.owner = owner
        self.clock = clock
        self.route = route
        client = BOSHClient()
        super.init(loop: loop)
    }

    // MARK: Link

    func open() {
        loop.register(self)
        _ = addPipe()
    }

    func openStream() {
        if client.sid == nil {
            freePipe()?.post(client.open(to: route.domain))
        } else {
            isRestartDue = true
            pumpLater()
        }
    }

    func send(_ element: Span<UInt8>) {
        payloads.append(element)
        pumpLater()
    }

    var waitingOutput: Int { payloads.count }

    func finish() {
        guard case .open = state, client.sid != nil, let pipe = freePipe() else { return abort() }
        state = .finishing
        pipe.post(client.terminate(payloads.next()))
        deadline = loop.now + Self.linger
    }

    func abort() {
        state = .ended
        for pipe in pipes { pipe.drop() }
        pipes = []
        loop.unregister(self)
    }

    override func deadlineReached() {
        if case .finishing = state { return abort() }
        owner.linkTimedOut()
    }

    // MARK: Requests

    /// All elements of one turn go in one request.
    private func pumpLater() {
        guard !isPostponed else { return }
        isPostponed = true
        loop.putOff(self)
    }

    override func takeUp() {
        isPostponed = false
        pump()
    }

    private func pump() {
        guard case .open = state, client.sid != nil else { return }
        while client.window > 0 {
            let isDue = isRestartDue || !payloads.isEmpty || client.unanswered.isEmpty
            guard isDue, let pipe = freePipe() else { return }
            pipe.post(nextRequest())
        }
    }

    private func nextRequest() -> BOSHClient.Request {
        if isRestartDue {
            isRestartDue = false
            return client.restart(to: route.domain)
        }
        return client.send(payloads.next())
    }

    private func freePipe() -> BOSHPipe? {
        pipes.first { $0.isFree } ?? (pipes.count < Target.Transport.bosh.connections ? addPipe() : nil)
    }

    private func addPipe() -> BOSHPipe {
        let pipe = BOSHPipe(loop: loop, route: route, link: self)
        pipes.append(pipe)
        pipe.open()
        return pipe
    }

    // MARK: What the connections tell

    func pipeStands() {
        guard case .connecting = state else { return }
        state = .open
        owner.linkStands()
    }

    func pipeReceived(_ body: [UInt8], to request: BOSHClient.Request, by pipe: BOSHPipe) {
        clock.stamp()
        losses = 0
        if case .finishing = state {
            // Whatever it is: the last one is the answer to our goodbye.
            if request.rid == client.unanswered.last?.rid { abort() }
            return
        }
        do {
            switch try client.receive(body, to: request.rid) {
            case .again: pipe.post(request)
            case .stale: break
            case .elements(let elements):
                for element in elements {
                    guard case .open = state else { return }
                    owner.linkReceived(element.span)
                }
            }
        } catch {
            return end(Failure(.malformed))
        }
        if let condition = client.ended { return end(terminated(condition)) }
        pump()
    }

    /// The session before it has begun, or one that stood (XEP-0124 section 17.2).
    private func terminated(_ condition: Condition?) -> Failure {
        let name = condition.map { "\($0.name)" } ?? "terminate"
        return Failure(client.sid == nil ? .handshake : condition == .remoteStreamError ? .streamError : .dropped, name)
    }

    func pipeRefused(_ cause: String) {
        end(Failure(client.sid == nil ? .handshake : .dropped, cause))
    }

    /// - Parameters:
    ///   - request: what it had not answered.
    ///   - hasStood: whether the connection had come about.
    func pipeLost(_ pipe: BOSHPipe, request: BOSHClient.Request?, _ failure: Failure, hasStood: Bool) {
        pipes.removeAll { $0 === pipe }
        if case .finishing = state { return abort() }
        guard case .ended = state else {
            losses += 1
            if !hasStood { return end(failure) }
            if client.sid == nil { return end(Failure(.handshake, failure.cause)) }
            if losses > Self.maxLosses { return end(failure) }
            // The server keeps its answers for this (XEP-0124 section 14.3).
            if let request { freePipe()?.post(request) }
            return
        }
    }

    private func end(_ failure: Failure) {
        if case .ended = state { return }
        abort()
        owner.linkEnded(failure)
    }
}
