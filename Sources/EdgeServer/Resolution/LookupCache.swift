/// What is known of servers' names and how long it holds: fresh, due, stale, or being asked for. Knows no DNS, no thread and no
/// clock; time comes in.
package import Reactor

package struct LookupCache<Asker: Sendable>: Sendable {
    /// Milliseconds, from the limits.
    package struct Times: Sendable, Equatable {
        package var shortest: UInt64
        package var longest: UInt64
        /// The longest that "there is none" counts.
        package var negative: UInt64
        /// After a failure to find out.
        package var retry: UInt64
        /// For which a server that was found is still tried when nothing newer can be found out.
        package var stale: UInt64

        package init(shortest: UInt64, longest: UInt64, negative: UInt64, retry: UInt64, stale: UInt64) {
            self.shortest = shortest
            self.longest = longest
            self.negative = negative
            self.retry = retry
            self.stale = stale
        }
    }

    package enum Answer: Sendable {
        case known(Lookup)
        /// It is being asked for; `stale` is what was known before.
        case wait(stale: Lookup?)
    }

    package var times: Times
    private var entries: [ServerName: Entry] = [:]

    /// Names beside those of the configuration: hosts that servers refer to. The configuration's keep their places.
    package static var maxOthers: Int { 256 }
    /// Milliseconds for which somebody waits for a newer answer while there is an old one. As RFC 8767 section 5 has it, less.
    package static var patience: UInt64 { 1_000 }

    private struct Entry {
        var found: Lookup?
        /// Until then the answer is as good as new.
        var freshUntil = Instant(milliseconds: 0)
        /// From then on whoever comes by has it asked for again, so that nobody has to wait later.
        var refreshFrom = Instant(milliseconds: 0)
        var staleUntil = Instant(milliseconds: 0)
        /// The last attempt failed: until then that is the answer, or what was found before.
        var failure: LookupFailure?
        var retryFrom = Instant(milliseconds: 0)
        /// Nil when nobody is asking.
        var askedAt: Instant?
        var askers: [Asker] = []
        var lastUse: Instant
        var isConfigured = false
    }

    package init(times: Times) {
        self.times = times
    }

    /// - Parameter asker: is told by `answered`, when the answer is to wait. Nil for whoever wants no answer.
    /// - Returns: also whether to ask for the name now, and whether it is one of the configuration's.
    package mutating func find(
        _ name: ServerName, now: Instant, asker: Asker?
    ) -> (answer: Answer, mustAsk: Bool, isConfigured: Bool) {
        var entry = entries[name] ?? Entry(lastUse: now)
        entry.lastUse = now
        if entries[name] == nil && !makeRoom() { return (.known(.failed(.unanswered)), false, false) }
        defer { entries[name] = entry }
        let isDue: Bool
        let answer: Answer
        if let found = entry.found, now < entry.staleUntil {
            let isFresh = now < entry.freshUntil
            // While an attempt has failed, the old answer is taken and the next attempt kept nobody waiting.
            let isPatient = !isFresh && entry.failure == nil && !isOverdue(entry, now)
            isDue = entry.failure == nil ? now >= entry.refreshFrom : now >= entry.retryFrom
            answer = isPatient ? .wait(stale: found) : .known(found)
        } else if let failure = entry.failure, now < entry.retryFrom {
            isDue = false
            answer = .known(.failed(failure))
        } else {
            isDue = true
            answer = .wait(stale: nil)
        }
        if case .wait = answer, let asker { entry.askers.append(asker) }
        let mustAsk = isDue && entry.askedAt == nil
        if mustAsk { entry.askedAt = now }
        return (answer, mustAsk, entry.isConfigured)
    }

    /// Somebody has waited long enough for a newer answer.
    private func isOverdue(_ entry: Entry, _ now: Instant) -> Bool {
        entry.askedAt.map { now.since($0) >= Self.patience } ?? false
    }

    /// The answer to a question has come, or has not; gives what counts now and who waited for it.
    package mutating func answered(
        _ name: ServerName, _ finding: NameFinder.Finding, now: Instant
    ) -> (lookup: Lookup, askers: [Asker], change: Change) {
        var entry = entries[name] ?? Entry(lastUse: now)
        let wasFailing = entry.failure != nil
        let askers = entry.askers
        entry.askers = []
        entry.askedAt = nil
        let old = now < entry.staleUntil ? entry.found : nil
        switch finding.lookup {
        // What was known is worth more than what could only be guessed.
        case _ where finding.isGuess && old != nil, .failed(.unanswered):
            entry.failure = .unanswered
            entry.retryFrom = now + times.retry
        case .found:
            keep(finding, in: &entry, now)
        case .failed(let failure):
            // A definite answer: what was there before is not there any more.
            entry.found = nil
            entry.failure = failure
            let life = min(finding.life ?? times.negative, times.negative)
            entry.retryFrom = now + (finding.isPartial ? min(life, times.retry) : max(life, times.shortest))
        }
        entries[name] = entry
        let lookup = now < entry.staleUntil ? entry.found : nil
        var change = Change.none
        if let failure = entry.failure, !wasFailing { change = .failing(failure, hasStale: lookup != nil) }
        if entry.failure == nil && wasFailing { change = .recovered }
        return (lookup ?? .failed(entry.failure ?? .unanswered), askers, change)
    }

    /// What an operator should hear.
    package enum Change: Sendable, Equatable {
        case none
        /// - Parameter hasStale: what was found before serves meanwhile.
        case failing(LookupFailure, hasStale: Bool)
        case recovered
    }

    private func keep(_ finding: NameFinder.Finding, in entry: inout Entry, _ now: Instant) {
        let said = min(max(finding.life ?? times.longest, times.shortest), times.longest)
        let life = finding.isPartial ? min(said, times.retry) : said
        entry.found = finding.lookup
        entry.failure = nil
        entry.freshUntil = now + life
        // Shortly before its end. What is gone by then is asked for by whoever comes next, who has to wait.
        entry.refreshFrom = now + (life - life / 5)
        entry.staleUntil = entry.freshUntil + times.stale
    }

    /// What was found before counts for nothing newer: everybody asks again.
    package mutating func expire(now: Instant) {
        for name in entries.keys {
            entries[name]?.refreshFrom = now
            entries[name]?.freshUntil = now
            entries[name]?.retryFrom = now
        }
    }

    /// The names of the configuration: these have their places whatever else is looked for.
    package mutating func configure(_ names: [ServerName], now: Instant) {
        for name in entries.keys { entries[name]?.isConfigured = false }
        for name in names { entries[name, default: Entry(lastUse: now)].isConfigured = true }
    }

    package func isConfigured(_ name: ServerName) -> Bool { entries[name]?.isConfigured ?? false }

    /// Whether there is a place for one more; what was not used for the longest time gives way.
    private mutating func makeRoom() -> Bool {
        let others = entries.filter { !$0.value.isConfigured }
        guard others.count >= Self.maxOthers else { return true }
        let idle = others.filter { $0.value.askedAt == nil }
        guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return false }
        entries[oldest.key] = nil
        return true
    }
}
