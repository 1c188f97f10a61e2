/// Whether one address of a server deserves new sessions, by what came of those before. A value: time and chance come in.
/// Knows nothing of other addresses; whoever has none that is better tries a bad one all the same.
package import Reactor

package struct EndpointHealth: Sendable {
    private var state = State.trusted(failures: 0)

    private enum State {
        /// With so many failures since the last success.
        case trusted(failures: Int)
        /// Left out; for the how many-th time in a row.
        case ejected(until: Instant, times: Int)
        /// One session tries it, and has until then to tell.
        case probed(until: Instant, times: Int)
        /// It works again and gets more and more of its share.
        case returning(since: Instant, times: Int)
    }

    package struct Rules: Sendable, Equatable {
        /// In a row, until it is left out.
        package let failures: Int
        /// Milliseconds for which it is left out the first time; twice as long each further time in a row.
        package let ejection: UInt64
        /// Never longer than that.
        package let longestEjection: UInt64
        /// Milliseconds in which a probe has to tell.
        package let probe: UInt64

        package init(failures: Int, ejection: UInt64, longestEjection: UInt64, probe: UInt64) {
            self.failures = failures
            self.ejection = ejection
            self.longestEjection = longestEjection
            self.probe = probe
        }
    }

    /// What an operator should hear.
    package enum Change: Sendable, Equatable {
        /// Milliseconds.
        case ejected(UInt64)
        case returned
    }

    /// Milliseconds from the first success to the whole share: a server that has just started has cold caches.
    package static let ramp: UInt64 = 10_000
    /// Hundredths of its share that it gets at the beginning of that.
    package static let firstShare: UInt64 = 10

    package init() {}

    /// Nothing is known that would be missed.
    package var isBlank: Bool {
        if case .trusted(failures: 0) = state { true } else { false }
    }

    /// Whether a new session should try it in its turn. The first who is told so after an ejection is the probe.
    /// - Parameters:
    ///   - mayProbe: the session would try it before all others.
    ///   - chance: of 0 to 99; asked for when it counts.
    package mutating func isGood(
        now: Instant, mayProbe: Bool, chance: @autoclosure () -> UInt64, _ rules: Rules
    ) -> Bool {
        switch state {
        case .trusted:
            return true
        case .ejected(let until, let times), .probed(let until, let times):
            guard mayProbe && now >= until else { return false }
            state = .probed(until: now + rules.probe, times: times)
            return true
        case .returning(let since, _):
            let elapsed = now.since(since)
            guard elapsed < Self.ramp else {
                state = .trusted(failures: 0)
                return true
            }
            return chance() < Self.firstShare + (100 - Self.firstShare) * elapsed / Self.ramp
        }
    }

    /// A stream came about.
    package mutating func succeeded(now: Instant) -> Change? {
        switch state {
        case .trusted:
            state = .trusted(failures: 0)
            return nil
        case .ejected(_, let times), .probed(_, let times):
            state = .returning(since: now, times: times)
            return .returned
        case .returning(let since, _):
            if now.since(since) >= Self.ramp { state = .trusted(failures: 0) }
            return nil
        }
    }

    /// The session that tried it left: the next one may, at once.
    package mutating func undecided(now: Instant) {
        if case .probed(_, let times) = state { state = .ejected(until: now, times: times) }
    }

    /// No stream came about, and the server is to blame.
    /// - Parameter chance: of 0 to 99; those who left it out together should not come back together.
    package mutating func failed(now: Instant, chance: UInt64, _ rules: Rules) -> Change? {
        switch state {
        case .trusted(let failures):
            guard failures + 1 >= rules.failures else {
                state = .trusted(failures: failures + 1)
                return nil
            }
            return eject(times: 1, now, chance, rules)
        case .ejected:
            return nil
        case .probed(_, let times), .returning(_, let times):
            return eject(times: times + 1, now, chance, rules)
        }
    }

    private mutating func eject(times: Int, _ now: Instant, _ chance: UInt64, _ rules: Rules) -> Change {
        let doublings = min(UInt64(clamping: times - 1), 20)
        let (doubled, overflow) = rules.ejection.multipliedReportingOverflow(by: 1 << doublings)
        let whole = overflow ? rules.longestEjection : min(doubled, rules.longestEjection)
        // From three quarters to the whole.
        let time = whole - whole / 400 * min(chance, 99)
        state = .ejected(until: now + time, times: times)
        return .ejected(time)
    }
}
