internal import Bytes

/// What happens when a request comes: its turn, a repeat, or a fault (XEP-0124 sections 9 to 15).
extension BOSHSession {
    /// Takes a request of this session.
    /// - Parameter body: the whole HTTP body; copied only when the request came before its turn.
    package mutating func receive(
        _ request: RequestHead, body: Span<UInt8>, from handle: RequestHandle, now: UInt64
    ) -> Reception {
        guard let rid = request.rid else {
            fail(.badRequest, handle)
            return .ignore
        }
        if rid <= newest {
            repeated(rid, request, handle, now)
            return .ignore
        }
        guard isListening else {
            owe(.itemNotFound, handle)
            return .ignore
        }
        if let index = parked.firstIndex(where: { $0.rid == rid }) {
            repeatedParked(index, request, handle, now)
            return .ignore
        }
        // Section 11: a client in a hurry may say that it pauses or leaves, whatever is open.
        let isFarewell = request.pause != nil || request.kind == .terminate
        guard rid - newest <= UInt64(terms.requests) + (isFarewell ? 1 : 0) else {
            fail(.itemNotFound, handle)
            return .ignore
        }
        if let defect = request.defect {
            fail(defect, handle)
            return .ignore
        }
        guard rid == newest + 1 else {
            park(rid, request, body, handle, now)
            return .ignore
        }
        guard !isTooFast(request, now) else {
            fail(.policyViolation, handle)
            return .ignore
        }
        return admit(rid, request, handle, since: now, now)
    }

    /// A request that was early and whose turn has come, with what to do with its payload: read its body again.
    package mutating func unpark(now: UInt64) -> (request: ParkedRequest, reception: Reception)? {
        guard isListening, let next = parked.first, next.rid == newest + 1 else { return nil }
        parked.removeFirst()
        return (next, admit(next.rid, next.head, next.handle, since: next.since, now))
    }

    private var isListening: Bool {
        switch phase {
        case .running, .closing: true
        case .lingering, .over: false
        }
    }

    // MARK: In its turn

    private mutating func admit(
        _ rid: UInt64, _ request: RequestHead, _ handle: RequestHandle?, since: UInt64, _ now: UInt64
    ) -> Reception {
        // Keys go by the order of requests, not of their arrival (section 15.4).
        var keys = self.keys
        if keys != nil {
            guard keys?.advance(key: request.key, newKey: request.newKey) == true else {
                fail(.itemNotFound, handle)
                return .ignore
            }
        }
        if let wanted = request.pause, terms.maxPause == 0 || wanted > terms.maxPause {
            fail(.policyViolation, handle)
            return .ignore
        }
        self.keys = keys
        newest = rid
        pause = request.pause
        pace.note(at: now, idle: request.isIdle)
        var entry = OpenRequest(rid: rid, handle: handle, since: since, keyMark: mark(request))
        acknowledge(request.ack, &entry)
        open.append(entry)
        return accept(request)
    }

    private mutating func accept(_ request: RequestHead) -> Reception {
        if request.pause != nil {
            for index in open.indices { open[index].answer = .atOnce }
            open[open.count - 1].answer = .paused
        }
        guard phase == .running else {
            if request.kind == .terminate { phase = .closing(nil) }
            return .ignore
        }
        if request.kind == .terminate {
            phase = .closing(nil)
            end = .terminated
            return .forwardAndClose
        }
        return request.isRestart ? .restart : .forward
    }

    /// Sections 11 and 12: empty requests that only fill the line.
    private func isTooFast(_ request: RequestHead, _ now: UInt64) -> Bool {
        guard terms.polling > 0, request.isIdle, phase == .running else { return false }
        if terms.isPolling { return pace.isPollTooEarly(at: now, terms: terms) }
        // A request whose connection is known to be lost does not count: its client may well try another way.
        let waiting = open.count { $0.handle != nil }
        return waiting + 1 >= Int(terms.requests) && pace.isWithinInterval(now, terms)
    }

    /// Section 9.2: drops what the client has, and notes what it seems to have lost.
    private mutating func acknowledge(_ ack: UInt64?, _ entry: inout OpenRequest) {
        guard terms.clientAcknowledges else { return }
        guard let ack else {
            replay.forget(through: entry.rid - 1)
            return
        }
        guard ack <= lastAnswered else { return }
        replay.forget(through: ack)
        if ack < lastAnswered, replay.response(to: ack + 1) != nil {
            entry.missing = ack + 1
            for index in open.indices { open[index].answer = .atOnce }
            entry.answer = .atOnce
        }
    }

    private mutating func park(
        _ rid: UInt64, _ request: RequestHead, _ body: Span<UInt8>, _ handle: RequestHandle, _ now: UInt64
    ) {
        let waiting = parked.reduce(0) { $0 + $1.body.count }
        guard waiting + body.count <= policy.parkedBytes else { return fail(.policyViolation, handle) }
        let place = parked.firstIndex { $0.rid > rid } ?? parked.count
        parked.insert(
            ParkedRequest(
                head: request, body: Array(copying: body), rid: rid, handle: handle, since: now,
                keyMark: mark(request)),
            at: place)
        pause = nil
        idleSince = now
    }

    // MARK: Again

    private mutating func repeated(_ rid: UInt64, _ request: RequestHead, _ handle: RequestHandle, _ now: UInt64) {
        guard phase != .over else { return owe(.itemNotFound, handle) }
        guard pace.countRepeat(at: now, limit: policy.repeatsPerSecond) else {
            return fail(.policyViolation, handle)
        }
        let mark = mark(request)
        if let index = open.firstIndex(where: { $0.rid == rid }) {
            guard open[index].keyMark == mark else { return fail(.itemNotFound, handle) }
            if let old = open[index].handle { owed.append(Answer(.recoverableError, to: old)) }
            open[index].handle = handle
            open[index].since = now
        } else if let response = replay.response(to: rid), response.keyMark == mark {
            owed.append(Answer(.replay(response.body), to: handle))
            idleSince = now
        } else if replay.response(to: rid) == nil, isClientWaiting, keys == nil {
            // A copy that came late, over a connection the client gave up long ago: it sends newer requests now, and one of
            // them waits here. The copy hears what every unknown request hears, and ends nothing.
            owe(.itemNotFound, handle)
        } else {
            fail(.itemNotFound, handle)
        }
    }

    private var isClientWaiting: Bool { open.contains { $0.handle != nil } }

    private mutating func repeatedParked(
        _ index: Int, _ request: RequestHead, _ handle: RequestHandle, _ now: UInt64
    ) {
        guard pace.countRepeat(at: now, limit: policy.repeatsPerSecond) else {
            return fail(.policyViolation, handle)
        }
        guard parked[index].keyMark == mark(request) else {
            return fail(.itemNotFound, handle)
        }
        if let old = parked[index].handle { owed.append(Answer(.recoverableError, to: old)) }
        parked[index].handle = handle
        parked[index].since = now
    }

    /// What a repeat must have in common with its first sending; nothing without keys.
    private func mark(_ request: RequestHead) -> UInt64 { keys == nil ? 0 : KeySequence.mark(of: request.key) }

    // MARK: Faults

    /// A request ends the session: it gets the condition, the others learn that it was not their fault.
    mutating func fail(_ condition: Condition, _ handle: RequestHandle?) {
        guard isListening else {
            if let handle { owe(condition, handle) }
            return
        }
        // The rest of a session that was closing anyway ends as it would have.
        if end == nil { end = .fault(condition) }
        phase = .over
        for request in open { if let other = request.handle { owe(.otherRequest, other) } }
        for request in parked { if let other = request.handle { owe(.otherRequest, other) } }
        if let handle { owe(condition, handle) }
        open = []
        parked = []
        replay = ReplayStore()
    }

    mutating func owe(_ condition: Condition, _ handle: RequestHandle) {
        owed.append(
            Answer(
                .terminate(condition, withPayload: false), to: handle,
                status: condition.status(legacy: terms.isLegacy)))
    }
}
