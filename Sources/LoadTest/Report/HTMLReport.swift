/// A result as one HTML page that needs nothing else: figures and plots, on screens light or dark and on paper. Knows
/// markup and style.
internal import Glibc

package enum HTMLReport {
    package static func page(_ result: LoadResult) -> String {
        let title = "xmpp-load: \(ReportText.title(result.plan))"
        var html = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTMLText.escaped(title))</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <h1>\(HTMLText.escaped(ReportText.title(result.plan)))</h1>
            <p class="about">\(HTMLText.escaped(about(result)))</p>\n
            """
        for warning in Bottleneck.warnings(result) {
            html += "<p class=\"warning\"><strong>Warning:</strong> \(HTMLText.escaped(warning))</p>\n"
        }
        html += table("Figures", figures(result))
        html += "<h2>Over time</h2>\n" + throughput(result) + latency(result) + sessions(result)
        html += "<h2>Distribution of the latency</h2>\n" + distribution(result)
        html += failures(result)
        html += table("Parameters", parameters(result.plan))
        return html + "</main>\n</body>\n</html>\n"
    }

    private static func about(_ result: LoadResult) -> String {
        [
            "xmpp-load \(result.tool.version)", result.tool.date, result.tool.machine,
            result.stopReason.map { "ended early: \($0)" } ?? "",
        ].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    // MARK: Tables

    private static func table(_ title: String, _ rows: [(String, String)]) -> String {
        let cells = rows.map {
            "<tr><th scope=\"row\">\(HTMLText.escaped($0.0))</th><td>\(HTMLText.escaped($0.1))</td></tr>\n"
        }
        return "<h2>\(title)</h2>\n<table>\n\(cells.joined())</table>\n"
    }

    private static func figures(_ result: LoadResult) -> [(String, String)] {
        var rows = [
            ("sessions logged in", "\(result.sessionsReady) of \(result.sessionsStarted)"),
            ("sessions at the end", "\(result.sessionsStanding)"),
            ("logins a second", Decimal.grouped(result.loginsPerSecond)),
        ]
        if result.logins.count > 0 { rows.append(("time to login", ReportText.percentiles(result.logins))) }
        if result.latency.count > 0 {
            let noun = ReportText.noun(result.plan.scenario)
            rows.append(("\(noun) sent", Decimal.grouped(Double(result.sent))))
            rows.append(("\(noun) a second", Decimal.grouped(result.deliveredPerSecond)))
            rows.append(("latency", ReportText.percentiles(result.latency)))
            if case .open = result.plan.flow {
                rows.append(("latency from sending", ReportText.percentiles(result.service)))
                rows.append(("left late by", ReportText.percentiles(result.lag)))
            }
        }
        if let cpu = result.watchedCPUPerMillion {
            rows.append(("processor time of the watched process", "\(Decimal.text(cpu, digits: 2)) s per million"))
        }
        let shares = result.tool.workerCPUShares.map { "\(Decimal.text($0 * 100, digits: 0)) %" }
        rows.append(("own threads busy", shares.joined(separator: ", ")))
        return rows
    }

    private static func failures(_ result: LoadResult) -> String {
        guard !result.failures.isEmpty else { return "<h2>Failures</h2>\n<p>None.</p>\n" }
        let rows = result.failures.sorted { $0.value > $1.value }.map { name, count in
            (FailureKind(rawValue: name)?.explanation ?? name, Decimal.grouped(Double(count)))
        }
        let kinds = result.failures.keys.sorted()
        var plot = SVGPlot(
            title: "Failures a second", xTitle: "seconds since the start",
            lines: kinds.map { kind in
                SVGPlot.Line(
                    name: FailureKind(rawValue: kind)?.explanation ?? kind,
                    points: result.intervals.map { ($0.at, Double($0.failures[kind] ?? 0) / $0.seconds) })
            },
            yText: { Decimal.text($0, digits: $0 < 10 ? 1 : 0) })
        plot.lines.removeAll { line in line.points.allSatisfy { $0.y == 0 } }
        return table("Failures", rows) + (plot.lines.isEmpty ? "" : plot.svg())
    }

    private static func parameters(_ plan: LoadPlan) -> [(String, String)] {
        let flow =
            switch plan.flow {
            case .open(let rate, let ramp): "open loop, \(Decimal.short(rate)) a second, ramp \(Decimal.short(ramp)) s"
            case .closed(let window): "closed loop, window \(window)"
            }
        return [
            ("scenario", plan.scenario.rawValue), ("target", plan.target.url), ("domain", plan.domain),
            ("accounts", plan.accounts.user ?? "anonymous"), ("mechanism", plan.mechanism?.rawValue ?? "the strongest"),
            ("sessions", "\(plan.sessions)"), ("sessions opened a second", "\(Decimal.short(plan.connectRate))"),
            ("flow", flow),
            ("message size", "\(plan.messageSize) bytes"), ("warm-up", "\(Decimal.short(plan.warmUp)) s"),
            ("recorded", "\(Decimal.short(plan.duration)) s"), ("threads", "\(plan.threads)"),
            ("source addresses", plan.sources.isEmpty ? "the system's choice" : plan.sources.joined(separator: ", ")),
        ]
    }

    // MARK: Plots

    private static func throughput(_ result: LoadResult) -> String {
        let hasMessages = result.intervals.contains { $0.delivered > 0 }
        let lines =
            hasMessages
            ? [
                SVGPlot.Line(
                    name: "received", points: result.intervals.map { ($0.at, Double($0.delivered) / $0.seconds) }),
                SVGPlot.Line(name: "sent", points: result.intervals.map { ($0.at, Double($0.sent) / $0.seconds) }),
            ]
            : [SVGPlot.Line(name: "logins", points: result.intervals.map { ($0.at, Double($0.logins) / $0.seconds) })]
        let what = hasMessages ? ReportText.noun(result.plan.scenario).capitalizedFirst : "Logins"
        return SVGPlot(
            title: "\(what) a second", xTitle: "seconds since the start", lines: lines,
            yText: { Decimal.grouped($0) }
        ).svg()
    }

    private static func latency(_ result: LoadResult) -> String {
        func line(_ name: String, _ value: (Interval) -> Nanoseconds) -> SVGPlot.Line {
            SVGPlot.Line(name: name, points: result.intervals.map { ($0.at, Double(value($0))) })
        }
        var plot = SVGPlot(
            title: "Latency of each second", xTitle: "seconds since the start",
            lines: [line("maximum", \.max), line("p99", \.p99), line("p50", \.p50)],
            yText: { TimeText.short(Nanoseconds($0)) })
        plot.isLogarithmic = true
        return plot.svg()
    }

    private static func sessions(_ result: LoadResult) -> String {
        SVGPlot(
            title: "Sessions", xTitle: "seconds since the start",
            lines: [SVGPlot.Line(name: "sessions", points: result.intervals.map { ($0.at, Double($0.sessions)) })],
            yText: { Decimal.grouped($0) }
        ).svg()
    }

    /// Each step to the right leaves a tenth of what was left above.
    private static func distribution(_ result: LoadResult) -> String {
        func line(_ name: String, _ summary: LatencySummary) -> SVGPlot.Line {
            let limit = Double(max(summary.count, 1))
            return SVGPlot.Line(
                name: name,
                points: summary.curve.map { point in
                    let rest = max(1 - point.percentile / 100, 1 / limit)
                    return (-log10(rest), Double(point.value))
                })
        }
        let isLogin = result.latency.count == 0
        var lines = [line(isLogin ? "time to login" : "latency", isLogin ? result.logins : result.latency)]
        if case .open = result.plan.flow, !isLogin { lines.append(line("from sending", result.service)) }
        var plot = SVGPlot(
            title: "What part of the messages stayed within which time", xTitle: "percentile", lines: lines,
            yText: { TimeText.short(Nanoseconds($0)) })
        plot.isLogarithmic = true
        plot.xTicks = zip(0..., ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"]).map {
            SVGPlot.Tick(value: Double($0), label: $1)
        }
        return plot.svg()
    }

    private static let style = """

        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #5b6470; --rule: #d8dde3;
          --l0: #0b62c4; --l1: #b3470f; --l2: #1a7a3c; --l3: #7a2fa0; --alert: #9d1c1c; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #14171a; --soft: #9aa4b0; --rule: #343b43;
          --l0: #6cb2ff; --l1: #ff9d66; --l2: #6fd08c; --l3: #d59bff; --alert: #ff9a9a; } }
        @media print { :root { --ink: #000; --paper: #fff; --soft: #444; --rule: #bbb;
          --l0: #000; --l1: #555; --l2: #222; --l3: #777; --alert: #000; }
          figure, tr { break-inside: avoid; } h2 { break-after: avoid; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 780px; margin: 0 auto; padding: 24px 16px; }
        h1 { font-size: 1.35em; overflow-wrap: anywhere; } h2 { font-size: 1.1em; margin-top: 2em; }
        .about { color: var(--soft); } .warning { color: var(--alert); border-left: 4px solid; padding-left: 10px; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: 3px 12px 3px 0; border-bottom: 1px solid var(--rule); }
        th { font-weight: normal; color: var(--soft); white-space: nowrap; } td { font-variant-numeric: tabular-nums; }
        figure { margin: 16px 0 24px; } figcaption { font-weight: 600; margin-bottom: 4px; }
        figure > svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--soft); font-size: 11px; } text.x { text-anchor: middle; }
        text.y { text-anchor: end; dominant-baseline: middle; }
        .grid { stroke: var(--rule); stroke-width: 1; } .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
        .line.l0 { stroke: var(--l0); } .mark.l0 { fill: var(--l0); }
        .line.l1 { stroke: var(--l1); stroke-dasharray: 6 3; } .mark.l1 { fill: var(--l1); }
        .line.l2 { stroke: var(--l2); stroke-dasharray: 2 2; } .mark.l2 { fill: var(--l2); }
        .line.l3 { stroke: var(--l3); stroke-dasharray: 8 2 2 2; } .mark.l3 { fill: var(--l3); }
        .legend { margin: 2px 0 0 70px; color: var(--soft); } .key { margin-right: 18px; white-space: nowrap; }

        """
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
