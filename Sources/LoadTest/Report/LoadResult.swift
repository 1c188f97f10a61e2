/// What a run found: every figure of a report, as values that go into JSON. Knows numbers and their units.
package struct LoadResult: Codable, Sendable {
    package var plan: LoadPlan
    package var tool = ToolReport()
    /// Seconds until every session was ready or had failed; nil when the run ended before.
    package var openingSeconds: Double?
    package var sessionsStarted: Int
    package var sessionsReady: Int
    /// Sessions that stood at the end.
    package var sessionsStanding: Int
    /// Seconds that were recorded: fewer than planned when the run was stopped. Nil in results of old: as planned.
    package var recordedSeconds: Double?
    /// Messages that were to leave in the recorded time.
    package var sent: Int
    /// Messages, or answers, read in the recorded time.
    package var delivered: Int
    package var deliveredPerSecond: Double
    package var failures: [String: Int]
    /// What the system or the server said of the first failure of each kind. Nil in results of old.
    package var causes: [String: String]?
    /// Conditions of the operator. Nil in results of old.
    package var expectations: [Expectation.Outcome]?
    /// From when a message should have left until it was read.
    package var latency: LatencySummary
    /// From when it left until it was read; differs in an open loop that we could not keep.
    package var service: LatencySummary
    /// How late messages left.
    package var lag: LatencySummary
    /// Time to login during the opening.
    package var logins: LatencySummary
    package var loginsPerSecond: Double
    /// What the watched processes used; nil when none was watched to the end.
    package var watched: WatchReport?
    package var intervals: [Interval]
    /// Why the run ended before its time.
    package var stopReason: String?

    package init(
        plan: LoadPlan, tally: Tally, intervals: [Interval], openingSeconds: Double?, recordedSeconds: Double,
        workerCPUShares: [Double], watched: WatchReport?, stopReason: String?
    ) {
        self.plan = plan
        self.openingSeconds = openingSeconds
        sessionsStarted = tally.sessionsStarted
        sessionsReady = tally.sessionsReady
        sessionsStanding = tally.sessionsStanding
        sent = tally.sent
        delivered = tally.delivered
        self.recordedSeconds = recordedSeconds
        deliveredPerSecond = recordedSeconds > 0 ? Double(tally.delivered) / recordedSeconds : 0
        failures = Dictionary(uniqueKeysWithValues: tally.failures.map { ($0.rawValue, $1) })
        causes = Dictionary(uniqueKeysWithValues: tally.causes.map { ($0.rawValue, $1) })
        latency = tally.latency.summary
        service = tally.service.summary
        lag = tally.lag.summary
        logins = tally.logins.summary
        loginsPerSecond = openingSeconds.map { $0 > 0 ? Double(tally.logins.count) / $0 : 0 } ?? 0
        self.watched = watched
        self.intervals = intervals
        self.stopReason = stopReason
        tool.workerCPUShares = workerCPUShares
    }

    /// Seconds of the watched processes' processor time for a million of `delivered`.
    package var watchedCPUPerMillion: Double? {
        watched.flatMap { delivered > 0 ? $0.cpu / Double(delivered) * 1e6 : nil }
    }

    package var failureCount: Int { failures.values.reduce(0, +) }
}

/// What the load tester says of itself.
package struct ToolReport: Codable, Sendable {
    package var version = ""
    /// Date and time in UTC, ISO 8601.
    package var date = ""
    package var machine = ""
    package var isDebugBuild = ToolReport.isDebug
    /// The part of the time that each thread's processor was busy.
    package var workerCPUShares: [Double] = []
    /// The part of the time that the processors of this machine were busy, whoever used them.
    package var machineBusyShare: Double?

    private static var isDebug: Bool {
        var result = false
        // Evaluated in debug builds only.
        assert(
            {
                result = true
                return true
            }())
        return result
    }
}

/// What the watched processes used, added up.
package struct WatchReport: Codable, Sendable {
    /// Seconds of processor time during the opening.
    package var openingCPU: Double
    /// Seconds of processor time during the recorded time, and each process's part.
    package var cpu: Double
    package var cpuOfEach: [Double]
    /// Bytes of anonymous resident memory before the opening and at the end of the recorded time.
    package var memoryBefore: Int
    package var memoryAfter: Int

    package init(openingCPU: Double, cpuOfEach: [Double], memoryBefore: Int, memoryAfter: Int) {
        self.openingCPU = openingCPU
        self.cpuOfEach = cpuOfEach
        self.memoryBefore = memoryBefore
        self.memoryAfter = memoryAfter
        cpu = cpuOfEach.reduce(0, +)
    }
}

/// One second of a run.
package struct Interval: Codable, Sendable {
    /// Seconds since the run began.
    package var at: Double
    package var seconds: Double
    /// Whether the sessions were open and the load had begun.
    package var isLoad: Bool
    package var sessions: Int
    package var logins: Int
    package var sent: Int
    package var delivered: Int
    package var p50: Nanoseconds
    package var p99: Nanoseconds
    package var max: Nanoseconds
    package var failures: [String: Int]

    package init(_ tally: Tally, at: Double, seconds: Double, isLoad: Bool) {
        self.at = at
        self.seconds = seconds
        self.isLoad = isLoad
        sessions = tally.sessionsStanding
        logins = Int(tally.logins.count)
        sent = tally.sent
        delivered = tally.delivered
        let times = tally.latency.count > 0 ? tally.latency : tally.logins
        p50 = times.value(atPercentile: 50)
        p99 = times.value(atPercentile: 99)
        max = times.value(atPercentile: 100)
        failures = Dictionary(uniqueKeysWithValues: tally.failures.map { ($0.rawValue, $1) })
    }
}
