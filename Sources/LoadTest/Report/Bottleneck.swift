/// Judges whether a run measured the server or the load tester. Knows the figures of a result.
package enum Bottleneck {
    /// A thread that is busier than this cannot keep a pace.
    static let busyShare = 0.9
    /// A machine that is busier than this makes everybody wait.
    static let fullShare = 0.95
    /// Messages that leave later than this, or than a tenth of the latency, spoil it.
    static let toleratedLag: Nanoseconds = 2_000_000

    /// Sentences for the operator, none when the figures stand.
    package static func warnings(_ result: LoadResult) -> [String] {
        var warnings: [String] = []
        if result.tool.isDebugBuild {
            warnings.append("this is a debug build: it is several times slower than a release build")
        }
        if let busiest = result.tool.workerCPUShares.max(), busiest > busyShare {
            warnings.append(
                "xmpp-load itself was the bottleneck: a thread was busy for \(Decimal.text(busiest * 100, digits: 0)) % "
                    + "of the time; use more threads or less load")
        }
        if let share = result.tool.machineBusyShare, share > fullShare {
            warnings.append(
                "the processors of this machine were busy for \(Decimal.text(share * 100, digits: 0)) % of the time: "
                    + "latencies contain the wait for one")
        }
        let lag = result.lag.p99
        if lag > max(toleratedLag, result.service.p99 / 10) {
            warnings.append(
                "xmpp-load could not keep its own schedule: 1 % of \(ReportText.startedNoun(result.plan.scenario)) "
                    + "\(TimeText.short(lag)) late or more")
        }
        return warnings
    }
}
