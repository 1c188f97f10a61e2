/// Which response is due (XEP-0124 sections 8, 10, 13 and 17). Knows the rules for holding and releasing requests.
extension BOSHSession {
    /// The next response to send, or nil when nothing is due before `deadline`.
    package mutating func answer(_ queue: borrowing OutputQueue, now: UInt64) -> Answer? {
        expire(now)
        if !owed.isEmpty { return owed.removeFirst() }
        switch phase {
        case .running: return runningAnswer(queue, now)
        case .closing(let condition): return closingAnswer(condition, queue, now)
        case .lingering, .over: return nil
        }
    }

    private mutating func runningAnswer(_ queue: borrowing OutputQueue, _ now: UInt64) -> Answer? {
        // Payload leaves on the oldest request that somebody waits for; those before it go first, to keep the order.
        let hasTaker = !queue.isEmpty && open.contains { $0.handle != nil }
        guard hasTaker || isAnyDue(now) else { return nil }
        let request = open.removeFirst()
        let hasPayload = !queue.isEmpty && request.handle != nil && request.answer != .paused
        let kind: Answer.Kind =
            switch request.answer {
            case .creation: .creation
            case .paused: .pause
            case .whenReady, .atOnce: hasPayload ? .payload : .empty
            }
        return respond(request, kind, empty: !hasPayload, now)
    }

    /// Whether some open request must get its response now; the oldest is always the first to get one.
    private func isAnyDue(_ now: UInt64) -> Bool {
        guard let first = open.first else { return false }
        // Section 8: with more than `hold` requests here, the oldest is released. Nothing competes with a creation request,
        // and a session that polls waits for features as well.
        if first.answer != .creation, open.count + parked.count > Int(terms.hold) { return true }
        return open.contains { request in
            request.answer == .atOnce || request.answer == .paused
                || request.handle != nil && now >= limit(of: request)
        }
    }

    /// When an open request gets its response at the latest.
    func limit(of request: OpenRequest) -> UInt64 {
        let wait = UInt64(terms.wait) * 1_000
        return request.since + (request.answer == .creation ? min(wait, policy.creationPatience) : wait)
    }

    private mutating func closingAnswer(
        _ condition: Condition?, _ queue: borrowing OutputQueue, _ now: UInt64
    ) -> Answer? {
        if open.first?.answer == .paused {
            return respond(open.removeFirst(), .pause, empty: true, now)
        }
        guard let live = open.firstIndex(where: { $0.handle != nil }) else {
            if condition == nil { finish(now) }
            return nil
        }
        let request = open.removeFirst()
        if live > 0 { return respond(request, .empty, empty: true, now) }
        if condition != nil, !queue.fits(limit: policy.responseBytes) {
            return respond(request, request.answer == .creation ? .creation : .payload, empty: false, now)
        }
        // The rest of the open requests: the same condition, or nothing after a goodbye (section 13).
        for other in open {
            if let condition {
                if let handle = other.handle { owe(condition, handle) }
            } else {
                owed.append(Answer(.empty, to: other.handle, rid: other.rid, keyMark: other.keyMark))
            }
        }
        open = []
        finish(now)
        return respond(request, .terminate(condition, withPayload: true), empty: false, now)
    }

    private mutating func finish(_ now: UInt64) {
        for request in parked { if let handle = request.handle { owe(.itemNotFound, handle) } }
        parked = []
        phase = .lingering(until: now + policy.linger)
    }

    private mutating func respond(
        _ request: OpenRequest, _ kind: Answer.Kind, empty: Bool, _ now: UInt64
    ) -> Answer {
        lastAnswered = max(lastAnswered, request.rid)
        pace.noteAnswer(empty: empty)
        if request.handle != nil { idleSince = now }
        var status: UInt16 = 200
        if case .terminate(let condition?, _) = kind { status = condition.status(legacy: terms.isLegacy) }
        return Answer(
            kind, to: request.handle, rid: request.rid, keyMark: request.keyMark, missing: request.missing,
            status: status)
    }
}
