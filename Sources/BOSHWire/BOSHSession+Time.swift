/// What time does to a session: inactivity, pause, requests behind a gap, repeats after the end (XEP-0124 section 10).
extension BOSHSession {
    /// When the owner must call `answer` again although nothing happened; nil when the session is over.
    package var deadline: UInt64? {
        switch phase {
        case .over: return nil
        case .lingering(let until): return until
        case .running, .closing: break
        }
        var next: UInt64?
        for request in open where request.handle != nil {
            next = min(next ?? .max, limit(of: request))
        }
        if next == nil { next = idleSince + idleLimit }
        for request in parked where request.handle != nil {
            next = min(next ?? .max, request.since + UInt64(terms.wait) * 1_000)
        }
        return next
    }

    /// How long the client may stay away, in milliseconds.
    private var idleLimit: UInt64 { UInt64(pause ?? terms.inactivity) * 1_000 }

    mutating func expire(_ now: UInt64) {
        switch phase {
        case .over: return
        case .lingering(let until):
            if now >= until { phase = .over }
        case .running, .closing:
            // What the gap keeps from its turn cannot be answered in order, but no request outlives `wait`.
            for index in parked.indices where now >= parked[index].since + UInt64(terms.wait) * 1_000 {
                guard let handle = parked[index].handle else { continue }
                owed.append(Answer(.recoverableError, to: handle))
                parked[index].handle = nil
            }
            let isAlone = !open.contains { $0.handle != nil }
            if isAlone, now >= idleSince + idleLimit { vanish() }
        }
    }

    /// The client is gone: nobody is told but requests that still wait behind a gap.
    private mutating func vanish() {
        if end == nil { end = .inactivity }
        phase = .over
        for request in parked { if let handle = request.handle { owe(.itemNotFound, handle) } }
        open = []
        parked = []
        replay = ReplayStore()
    }
}
