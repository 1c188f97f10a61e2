/// How much of what a run tries has failed in its last seconds: one that mostly fails says nothing more by going on. Knows counts of
/// seconds; knows no clock.
package struct ErrorShare: Sendable {
    /// What one second brought.
    package struct Second: Sendable {
        /// Sessions that stood at its end.
        package var standing: Int
        package var started: Int
        package var sent: Int
        package var failures: [FailureKind: Int]

        package init(standing: Int = 0, started: Int = 0, sent: Int = 0, failures: [FailureKind: Int] = [:]) {
            self.standing = standing
            self.started = started
            self.sent = sent
            self.failures = failures
        }

        fileprivate var failureCount: Int { failures.values.reduce(0, +) }

        /// Sessions that were opened, messages that were due, whether or not they could leave.
        fileprivate var tried: Int {
            started + sent + (failures[.noSession] ?? 0) + (failures[.overflow] ?? 0)
        }
    }

    /// Seconds that count: long enough for a pause of the server, short enough not to wait for long when it is gone.
    package static let span = 10

    private var seconds: [Second] = []
    /// Sessions that stood before the oldest second: each of them can be lost.
    private var standingBefore = 0

    package init() {}

    package mutating func add(_ second: Second) {
        seconds.append(second)
        if seconds.count > Self.span { standingBefore = seconds.removeFirst().standing }
    }

    package var failures: Int { seconds.reduce(0) { $0 + $1.failureCount } }

    /// 0 to 1.
    package var share: Double {
        let tried = standingBefore + seconds.reduce(0) { $0 + $1.tried }
        return tried > 0 ? min(1, Double(failures) / Double(tried)) : 0
    }
}
