/// The BOSH sessions of one reactor, and the requests on its connections, whose sessions may live on another: who gets what.
/// Knows sids and handles; what a request means to its session is `BOSHBinding`'s business.
internal import BOSHWire
internal import Bytes
internal import Reactor
internal import XMPPWire

final class BOSHRegistry {
    /// One for all sessions of the thread: its elements are used up before the next body is read.
    let reader = BodyReader()
    private unowned let worker: Worker
    private var sessions: [SessionID: BOSHBinding] = [:]
    private var waiting: WaitingRequests
    /// Bytes of bodies that have come in part.
    private var partBytes = 0

    init(worker: Worker) {
        self.worker = worker
        waiting = WaitingRequests(reactor: worker.index)
    }

    // MARK: Requests on this reactor's connections

    /// A name for the next request of a connection; nil when there are too many.
    func expect(on connection: HTTPConnection) -> RequestHandle? { waiting.add(connection) }

    /// A body comes in parts; false when too much of others does.
    func keepPart(_ size: Int) -> Bool {
        guard partBytes + size <= worker.setup.limits.boshBodies else {
            worker.counters.count(.boshBodies)
            return false
        }
        partBytes += size
        return true
    }

    func dropParts(_ size: Int) { partBytes -= size }

    /// The whole body of a request.
    func take(_ body: Span<UInt8>, _ handle: RequestHandle, from caller: Caller) {
        let head: RequestHead
        do throws(BodyFailure) {
            head = try reader.readHead(body)
        } catch {
            // Nobody knows whose it is, so no session is touched.
            return refuse(handle, error.condition, isLegacy: false)
        }
        switch head.sid {
        case .none:
            create(head, body, handle, caller)
        case .foreign:
            refuse(handle, .itemNotFound, isLegacy: false)
        case .id(let id):
            waiting.note(id, handle)
            if id.home == worker.index {
                receive(id, head, body, handle, isSecure: caller.isSecure)
            } else if !worker.post(
                .request(id, head, body: Array(copying: body), handle, isSecure: caller.isSecure), to: id.home)
            {
                refuse(handle, .itemNotFound, isLegacy: false)
            }
        }
    }

    /// The connection ended before the answer.
    func lost(_ handle: RequestHandle) {
        guard let id = waiting.remove(handle)?.session else { return }
        if id.home == worker.index {
            sessions[id]?.connectionLost(handle)
        } else {
            worker.post(.lost(id, handle), to: id.home)
        }
    }

    /// News from another reactor.
    func receive(_ mail: BOSHMail) {
        switch mail {
        case .request(let id, let head, let body, let handle, let isSecure):
            receive(id, head, body.span, handle, isSecure: isSecure)
        case .lost(let id, let handle):
            sessions[id]?.connectionLost(handle)
        case .answer(let handle, let answer):
            waiting.remove(handle)?.connection.answered(handle, answer)
        case .cut(let handle): cut(handle)
        }
    }

    // MARK: Sessions of this reactor

    private func receive(
        _ id: SessionID, _ head: RequestHead, _ body: Span<UInt8>, _ handle: RequestHandle, isSecure: Bool
    ) {
        guard let session = sessions[id] else { return refuse(handle, .itemNotFound, isLegacy: false) }
        // Whoever could read the sid must not get at the session with it; nor end it (XEP-0124 section 19.1).
        guard isSecure || !session.isSecure else { return cut(handle) }
        session.receive(head, body, handle)
    }

    private func create(_ asked: RequestHead, _ body: Span<UInt8>, _ handle: RequestHandle, _ caller: Caller) {
        var head = asked
        let isLegacy = head.version == nil
        guard !worker.isStopping else { return refuse(handle, .systemShutdown, isLegacy: isLegacy) }
        readElements(&head, body, isLoggedIn: false)
        // Stanzas without `sid` are of a client that lost its session and does not know: no new one for them.
        if head.opening.to?.isEmpty ?? true, !head.hasPayload { head.opening.to = worker.routes.defaultDomain }
        let bosh: BOSHSession
        do throws(SessionRefusal) {
            bosh = try BOSHSession(
                head, id: SessionID(home: worker.index), policy: worker.setup.boshPolicy, from: handle,
                now: worker.loop.now.milliseconds)
        } catch {
            return refuse(handle, error.condition, isLegacy: isLegacy)
        }
        guard worker.routes.find(head.opening.to) != nil else {
            let isGone = worker.routes.isRetired(head.opening.to)
            return refuse(handle, isGone ? .hostGone : .hostUnknown, isLegacy: isLegacy)
        }
        if let limit = worker.refusal(of: caller.address) {
            if limit == .sessionsPerAddress { return refuse(handle, .policyViolation, isLegacy: isLegacy) }
            return sendAway(handle)
        }
        waiting.note(bosh.id, handle)
        let binding = BOSHBinding(worker: worker, bosh: bosh, isSecure: caller.isSecure)
        sessions[binding.id] = binding
        binding.start(worker.newSession(.bosh(binding), .bosh, from: caller), head.opening)
    }

    /// Checks what is inside a body; its elements are in `reader` then.
    func readElements(_ head: inout RequestHead, _ body: Span<UInt8>, isLoggedIn: Bool) {
        let setup = worker.setup
        head.hasPayload = false
        guard isLoggedIn || body.count <= setup.boshBodyBeforeLogin else { return head.defect = .policyViolation }
        do throws(BodyFailure) {
            let limits = isLoggedIn ? worker.relay.afterLogin : worker.relay.beforeLogin
            head.hasPayload = try reader.readElements(body, checker: worker.checker, limits: limits) > 0
        } catch {
            head.defect = error.condition
        }
    }

    func ended(_ binding: BOSHBinding) {
        sessions[binding.id] = nil
        // A dictionary keeps the space of its best days.
        if sessions.isEmpty { sessions = [:] }
    }

    // MARK: Answers

    /// Answers with the end of a session, or of what was none.
    func refuse(_ handle: RequestHandle, _ condition: Condition, isLegacy: Bool) {
        var body = ByteBuffer()
        BodyWriter(pool: worker.loop.pool).terminate(condition, into: &body)
        body.withSpan { answer(handle, status: condition.status(legacy: isLegacy), type: .textXML, body: $0) }
        body.release(to: worker.loop.pool)
    }

    /// Answers what cannot be taken now. The client may come again, and 5xx says so.
    func sendAway(_ handle: RequestHandle) {
        let nothing: [UInt8] = []
        answer(handle, status: 503, type: .textXML, body: nothing.span)
    }

    /// Closes the connection of a request, wherever it is, without an answer.
    private func cut(_ handle: RequestHandle) {
        guard handle.reactor == worker.index else { return _ = worker.post(.cut(handle), to: handle.reactor) }
        waiting.remove(handle)?.connection.close()
    }

    /// Brings an answer to the connection that waits for it, wherever that is.
    /// - Parameter mayShrink: it may be compressed.
    func answer(
        _ handle: RequestHandle, status: UInt16, type: BOSHWire.ContentType, body: Span<UInt8>, mayShrink: Bool = false
    ) {
        guard handle.reactor == worker.index else {
            let answer = BOSHAnswer(status: status, type: type, body: Array(copying: body), mayShrink: mayShrink)
            return _ = worker.post(.answer(handle, answer), to: handle.reactor)
        }
        waiting.remove(handle)?.connection.answered(
            handle, status: status, type: type, body: body, mayShrink: mayShrink)
    }
}
