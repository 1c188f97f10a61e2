/// The plots of a report: what of a result goes over which axis. Knows results; the drawing is `SVGPlot`'s business.
internal import Glibc

enum ReportPlots {
    /// Throughput, latency and sessions, one above the other over the same seconds.
    static func overTime(_ result: LoadResult) -> String {
        guard !result.intervals.isEmpty else { return "<p>The run was over within its first second.</p>\n" }
        return throughput(result) + latency(result) + sessions(result)
    }

    private static func plot(_ result: LoadResult, _ title: String, _ lines: [SVGPlot.Line]) -> SVGPlot {
        var plot = SVGPlot(title: title, xTitle: "seconds since the start", lines: lines) { Decimal.grouped($0) }
        plot.xRange = 0...max(result.intervals.last?.at ?? 1, 1)
        if let seconds = result.recordedSeconds, seconds > 0, let opening = result.openingSeconds {
            let start = opening + result.plan.warmUp
            plot.band = SVGPlot.Band(name: "recorded", range: start...(start + seconds))
        }
        return plot
    }

    private static func throughput(_ result: LoadResult) -> String {
        let hasMessages = result.intervals.contains { $0.delivered > 0 || $0.sent > 0 }
        guard hasMessages else {
            return plot(result, "Logins a second", [line("logins", result) { Double($0.logins) / $0.seconds }]).svg()
        }
        let reopens = result.plan.scenario.opensAgain
        var lines = [line(reopens ? "logged in" : "received", result) { Double($0.delivered) / $0.seconds }]
        if result.plan.scenario != .push {
            lines.append(line(reopens ? "begun" : "sent", result) { Double($0.sent) / $0.seconds })
        }
        let what = ReportText.noun(result.plan.scenario)
        return plot(result, "\(what.prefix(1).uppercased() + what.dropFirst()) a second", lines).svg()
    }

    private static func latency(_ result: LoadResult) -> String {
        let lines = [
            line("maximum", result, \.max), line("p99", result, \.p99), line("p50", result, \.p50),
        ]
        let what = result.latency.count > 0 ? "Latency" : "Time to login"
        var plot = plot(result, "\(what) of each second", lines)
        plot.yText = { TimeText.short(Nanoseconds($0)) }
        plot.isLogarithmic = true
        return plot.svg()
    }

    private static func sessions(_ result: LoadResult) -> String {
        plot(result, "Sessions", [line("sessions", result) { Double($0.sessions) }]).svg()
    }

    static func failures(_ result: LoadResult) -> String {
        let lines = result.failures.keys.sorted().map { kind in
            line(FailureKind(rawValue: kind)?.explanation ?? kind, result) { Double($0.failures[kind] ?? 0) }
        }
        let shown = lines.filter { line in line.points.contains { $0.y > 0 } }
        guard !shown.isEmpty else { return "" }
        var plot = plot(result, "Failures in each second", shown)
        plot.yText = { Decimal.short($0) }
        return plot.svg()
    }

    /// Each step to the right leaves a tenth of what was left above.
    static func distribution(_ result: LoadResult) -> String {
        func line(_ name: String, _ summary: LatencySummary) -> SVGPlot.Line {
            let limit = Double(max(summary.count, 1))
            return SVGPlot.Line(
                name: name,
                points: summary.curve.map { point in
                    (-log10(max(1 - point.percentile / 100, 1 / limit)), Double(point.value))
                })
        }
        let isLogin = result.latency.count == 0
        var lines = [line(isLogin ? "time to login" : "latency", isLogin ? result.logins : result.latency)]
        if !isLogin, result.service != result.latency { lines.append(line("from sending", result.service)) }
        let what = isLogin ? "logins" : ReportText.noun(result.plan.scenario)
        var plot = SVGPlot(
            title: "What part of the \(what) stayed within which time", xTitle: "percentile", lines: lines
        ) { TimeText.short(Nanoseconds($0)) }
        plot.isLogarithmic = true
        let names = ["50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"]
        plot.xTicks = zip([log10(2.0), 1, 2, 3, 4, 5, 6], names).map { SVGPlot.Tick(value: $0, label: $1) }
        return plot.svg()
    }

    // MARK: Lines

    /// Points of one line: more than a screen has columns would only make the page large.
    private static let maxPoints = 720

    private static func line(
        _ name: String, _ result: LoadResult, _ value: @escaping (Interval) -> Nanoseconds
    ) -> SVGPlot.Line {
        line(name, result) { Double(value($0)) }
    }

    /// One point a second; of a long run the highest of several seconds, so that no peak is lost.
    private static func line(
        _ name: String, _ result: LoadResult, _ value: (Interval) -> Double
    ) -> SVGPlot.Line {
        let step = (result.intervals.count + maxPoints - 1) / maxPoints
        let starts = stride(from: 0, to: result.intervals.count, by: max(step, 1))
        let points = starts.map { start in
            let part = result.intervals[start..<min(start + max(step, 1), result.intervals.count)]
            return (x: part.last?.at ?? 0, y: part.map(value).max() ?? 0)
        }
        return SVGPlot.Line(name: name, points: points)
    }
}
