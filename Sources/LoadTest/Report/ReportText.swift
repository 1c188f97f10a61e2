/// A result as a person reads it in a terminal. Knows words and columns.
package enum ReportText {
    package static func summary(_ result: LoadResult) -> String {
        var lines = [title(result.plan), ""]
        lines.append(row("sessions", sessions(result)))
        if result.logins.count > 0 {
            lines.append(
                row("logins", "\(Decimal.grouped(result.loginsPerSecond)) a second, \(percentiles(result.logins))"))
        }
        if hasTraffic(result) { lines.append(row(noun(result.plan.scenario), traffic(result))) }
        if result.latency.count > 0 {
            lines.append(row("latency", percentiles(result.latency)))
            if result.service.p99 != result.latency.p99 {
                lines.append(row("  from sending", percentiles(result.service)))
            }
        }
        if let watched = result.watched { lines.append(contentsOf: use(watched, result)) }
        lines.append(row("own threads busy", shares(result.tool.workerCPUShares)))
        lines.append(contentsOf: failures(result))
        for outcome in result.expectations ?? [] {
            lines.append(
                row("expected", "\(outcome.condition): \(outcome.isMet ? "met" : "NOT MET"), \(outcome.found)"))
        }
        if let reason = earlyEnd(result) { lines.append(row("ended early", reason)) }
        lines += Bottleneck.warnings(result).map { "warning: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The line of one second.
    package static func progress(_ interval: Interval, _ scenario: LoadPlan.ScenarioName) -> String {
        let failed = interval.failures.values.reduce(0, +)
        var parts = ["\(Decimal.text(interval.at, digits: 0)) s", "sessions \(interval.sessions)"]
        if interval.isLoad {
            let unit = scenario.opensAgain ? "logins/s" : scenario == .idle ? "answers/s" : "msg/s"
            if scenario != .connect {
                parts.append("\(Decimal.grouped(Double(interval.delivered) / interval.seconds)) \(unit)")
            }
        } else {
            parts.append("\(Decimal.grouped(Double(interval.logins) / interval.seconds)) logins/s")
        }
        if interval.max > 0 {
            parts.append(
                "p50 \(TimeText.short(interval.p50))  p99 \(TimeText.short(interval.p99))  "
                    + "max \(TimeText.short(interval.max))")
        }
        parts.append("failures \(failed)")
        return parts.joined(separator: "  ")
    }

    package static func title(_ plan: LoadPlan) -> String {
        let flow =
            switch plan.flow {
            case .open(let rate, _): "\(Decimal.grouped(rate)) a second (open loop)"
            case .closed(let window): "window \(window) (closed loop)"
            }
        let what = plan.scenario.sendsMessages ? ", \(plan.messageSize) bytes, \(flow)" : ""
        return "\(plan.scenario.rawValue) \(plan.target.url): \(plan.sessions) sessions\(what), "
            + "\(Decimal.short(plan.duration)) s"
    }

    static func noun(_ scenario: LoadPlan.ScenarioName) -> String {
        switch scenario {
        case .connect, .churn, .reconnectStorm: "later logins"
        case .idle: "signs of life"
        default: "messages"
        }
    }

    /// What can be late by our own fault.
    static func startedNoun(_ scenario: LoadPlan.ScenarioName) -> String {
        switch scenario {
        case .connect, .churn, .reconnectStorm: "the sessions began"
        default: "the messages left"
        }
    }

    static func earlyEnd(_ result: LoadResult) -> String? {
        result.stopReason.map { reason in
            reason + (result.recordedSeconds.map { ", \(Decimal.text($0, digits: 1)) s were recorded" } ?? "")
        }
    }

    /// Whether there is something to say of messages, or of what takes their place.
    static func hasTraffic(_ result: LoadResult) -> Bool {
        result.latency.count > 0 || result.sent > 0 || result.plan.scenario == .push
            || result.plan.scenario.sendsMessages
    }

    static func sessions(_ result: LoadResult) -> String {
        let opening = result.openingSeconds.map { " within \(Decimal.text($0, digits: 1)) s" } ?? ""
        return "\(result.sessionsReady) of \(result.sessionsStarted) logged in, \(result.logins.count)\(opening); "
            + "\(result.sessionsStanding) stood at the end"
    }

    static func traffic(_ result: LoadResult) -> String {
        let words =
            switch result.plan.scenario {
            case .connect, .churn, .reconnectStorm: ("begun", "done")
            case .idle: ("asked for", "given")
            case .echo, .chat, .room, .push: ("sent", "received")
            }
        let sent = result.plan.scenario == .push ? "" : "\(Decimal.grouped(Double(result.sent))) \(words.0), "
        let rate = Decimal.grouped(result.deliveredPerSecond)
        // Of those that were sent; the rate counts what was read in the recorded time.
        return "\(sent)\(Decimal.grouped(Double(result.latency.count))) \(words.1), \(rate) a second"
    }

    package static func percentiles(_ latency: LatencySummary) -> String {
        [
            ("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99), ("p99.9", latency.p999),
            ("max", latency.max),
        ]
        .map { "\($0) \(TimeText.short($1))" }.joined(separator: "  ")
    }

    private static func use(_ watched: WatchReport, _ result: LoadResult) -> [String] {
        let million = result.watchedCPUPerMillion.map {
            ", \(Decimal.text($0, digits: 2)) s for a million \(noun(result.plan.scenario))"
        }
        let opening = watched.openingCPU / Double(max(result.logins.count, 1)) * 1_000
        return [
            row("watched processes", "\(Decimal.text(watched.cpu, digits: 2)) s of processor time\(million ?? "")"),
            row("", "\(Decimal.text(opening, digits: 2)) s for 1,000 logins, \(memory(watched, result))"),
        ]
    }

    static func memory(_ watched: WatchReport, _ result: LoadResult) -> String {
        let grown = Double(watched.memoryAfter - watched.memoryBefore)
        let each = Decimal.text(grown / 1_024 / Double(max(result.sessionsStanding, 1)), digits: 2)
        return "\(each) KiB of memory a session"
    }

    static func shares(_ shares: [Double]) -> String {
        shares.map { "\(Decimal.text($0 * 100, digits: 0)) %" }.joined(separator: ", ")
    }

    private static func failures(_ result: LoadResult) -> [String] {
        guard !result.failures.isEmpty else { return [row("failures", "none")] }
        return result.failures.sorted { $0.value > $1.value }.map { name, count in
            let words = FailureKind(rawValue: name)?.explanation ?? name
            let cause = result.causes?[name].map { " (\($0))" } ?? ""
            return row("failures", "\(Decimal.grouped(Double(count))) x \(words)\(cause)")
        }
    }

    private static func row(_ name: String, _ value: String) -> String {
        name + String(repeating: " ", count: max(1, 18 - name.count)) + value
    }
}
