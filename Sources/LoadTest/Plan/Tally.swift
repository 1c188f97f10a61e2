/// What one worker, or all of them together, have counted. Knows numbers; reports make words of them.
package struct Tally: Sendable {
    package var sessionsStarted = 0
    package var sessionsReady = 0
    /// Sessions that are ready now.
    package var sessionsStanding = 0
    package var sent = 0
    package var delivered = 0
    package var failures: [FailureKind: Int] = [:]
    /// What the system or the server said of the first failure of each kind.
    package var causes: [FailureKind: String] = [:]
    /// From when the message should have left until it was read.
    package var latency = LatencyHistogram()
    /// From when it left until it was read.
    package var service = LatencyHistogram()
    /// How late we sent it.
    package var lag = LatencyHistogram()
    /// From when a session should have begun to connect until it was ready.
    package var logins = LatencyHistogram()

    package init() {}

    package mutating func count(_ failure: FailureKind, _ times: Int = 1) {
        failures[failure, default: 0] += times
    }

    package var failureCount: Int { failures.values.reduce(0, +) }

    package mutating func add(_ other: Tally) {
        sessionsStarted += other.sessionsStarted
        sessionsReady += other.sessionsReady
        sessionsStanding += other.sessionsStanding
        sent += other.sent
        delivered += other.delivered
        failures.merge(other.failures, uniquingKeysWith: +)
        causes.merge(other.causes) { first, _ in first }
        latency.add(other.latency)
        service.add(other.service)
        lag.add(other.lag)
        logins.add(other.logins)
    }
}
