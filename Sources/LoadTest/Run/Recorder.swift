/// Sorts what happens in one worker into the figures of the run and those of the current second. Knows the span that is
/// recorded; does not know what the scenario means.
struct Recorder {
    /// What counts for the result.
    private(set) var result = Tally()
    /// What happened since the last look.
    private var interval = Tally()
    /// Messages that should leave in this span are recorded.
    var span: Range<Nanoseconds> = .max..<Nanoseconds.max
    /// From here on something is sent.
    var loadBegan: Nanoseconds = .max
    /// To tell what is missing: copies that were to arrive, and those that did. Those of the warm-up too: one that is lost there
    /// ends a closed loop before anything is recorded.
    private(set) var expected = 0
    private(set) var arrived = 0

    /// Whether nothing more is waited for.
    var isComplete: Bool { arrived >= expected }

    /// A message has left.
    /// - Parameters:
    ///   - copies: how many of it are to arrive.
    mutating func sent(intended: Nanoseconds, lag: Nanoseconds, copies: Int) {
        interval.sent += 1
        expected += copies
        guard span.contains(intended) else { return }
        result.sent += 1
        result.lag.record(lag)
    }

    /// A message, or the answer to one, has been read.
    mutating func delivered(intended: Nanoseconds, lag: Nanoseconds, now: Nanoseconds) {
        let latency = now > intended ? now - intended : 0
        interval.delivered += 1
        interval.latency.record(latency)
        // Throughput is what came during the span, whenever it left.
        if span.contains(now) { result.delivered += 1 }
        arrived += 1
        guard span.contains(intended) else { return }
        result.latency.record(latency)
        result.service.record(latency > lag ? latency - lag : 0)
    }

    /// A copy of a message, or a login, will not come; what was the matter is told by `failed`.
    mutating func gaveUp(intended: Nanoseconds) {
        // The opening is not counted by `sent`.
        if intended >= loadBegan { expected -= 1 }
    }

    mutating func started() {
        result.sessionsStarted += 1
    }

    /// - Parameter isFirst: in the opening of the run; later logins are what a scenario measures.
    mutating func ready(intended: Nanoseconds, now: Nanoseconds, isFirst: Bool) {
        result.sessionsReady += 1
        result.sessionsStanding += 1
        if isFirst {
            let time = now > intended ? now - intended : 0
            result.logins.record(time)
            interval.logins.record(time)
        } else {
            delivered(intended: intended, lag: 0, now: now)
        }
    }

    mutating func gone() {
        result.sessionsStanding -= 1
    }

    /// - Parameter cause: what was said of it; asked for once for each kind.
    mutating func failed(_ failure: FailureKind, _ times: Int = 1, because cause: @autoclosure () -> String? = nil) {
        guard times > 0 else { return }
        result.count(failure, times)
        interval.count(failure, times)
        if result.causes[failure] == nil, let cause = cause() { result.causes[failure] = cause }
    }

    /// What happened since the last call.
    mutating func takeInterval() -> Tally {
        var taken = interval
        taken.sessionsStanding = result.sessionsStanding
        taken.sessionsReady = result.sessionsReady
        taken.sessionsStarted = result.sessionsStarted
        interval = Tally()
        return taken
    }
}
