/// How fast the requests of one session come (XEP-0124 sections 11, 12 and 14.3). Knows times; the limits are the policy's.
struct Pace: Equatable {
    /// When the newest request that was no repeat came, and whether it said nothing.
    private var newestAt: UInt64 = 0
    private var newestWasIdle = false
    /// Whether the newest answer had nothing to say either.
    private var answerWasEmpty = false
    private var repeatsSince: UInt64 = 0
    private var repeats: UInt8 = 0

    mutating func note(at now: UInt64, idle: Bool) {
        newestAt = now
        newestWasIdle = idle
    }

    mutating func noteAnswer(empty: Bool) { answerWasEmpty = empty }

    /// Whether an idle request comes too early after the one before, in a session that polls.
    func isPollTooEarly(at now: UInt64, terms: SessionTerms) -> Bool {
        newestWasIdle && answerWasEmpty && isWithinInterval(now, terms)
    }

    /// Whether less than the polling interval has passed since the newest request.
    func isWithinInterval(_ now: UInt64, _ terms: SessionTerms) -> Bool {
        now < newestAt + UInt64(terms.polling) * 1_000
    }

    /// Counts a repeat; false when there were too many within a second.
    mutating func countRepeat(at now: UInt64, limit: UInt8) -> Bool {
        if now >= repeatsSince + 1_000 {
            repeatsSince = now
            repeats = 0
        }
        guard repeats < limit else { return false }
        repeats += 1
        return true
    }
}
