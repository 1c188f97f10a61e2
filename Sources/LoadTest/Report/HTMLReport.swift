/// A result as one HTML page that needs nothing else: figures and plots, on screens light or dark and on paper. Knows
/// markup; the plots and the style have files of their own.
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
            <style>\(ReportStyle.css)</style>
            </head>
            <body>
            <main>
            <h1>\(HTMLText.escaped(ReportText.title(result.plan)))</h1>
            <p class="about">\(HTMLText.escaped(about(result)))</p>\n
            """
        html += warnings(result) + tiles(result) + expectations(result)
        html += table("Figures", figures(result)) + times(result)
        html += "<h2>Over time</h2>\n" + ReportPlots.overTime(result)
        html += "<h2>Distribution</h2>\n" + ReportPlots.distribution(result)
        html += failures(result) + table("Parameters", parameters(result.plan))
        return html + "</main>\n</body>\n</html>\n"
    }

    private static func about(_ result: LoadResult) -> String {
        ["xmpp-load \(result.tool.version)", result.tool.date, result.tool.machine].filter { !$0.isEmpty }
            .joined(separator: ", ")
    }

    private static func warnings(_ result: LoadResult) -> String {
        var lines = Bottleneck.warnings(result).map { ("Warning:", $0) }
        if let reason = ReportText.earlyEnd(result) { lines.insert(("Ended early:", reason), at: 0) }
        return lines.map { "<p class=\"warning\"><strong>\($0)</strong> \(HTMLText.escaped($1))</p>\n" }.joined()
    }

    /// What one looks for first.
    private static func tiles(_ result: LoadResult) -> String {
        let hasLatency = result.latency.count > 0
        let times = hasLatency ? result.latency : result.logins
        let what = hasLatency ? ReportText.noun(result.plan.scenario) : "logins"
        let rate = hasLatency ? result.deliveredPerSecond : result.loginsPerSecond
        var tiles = [("\(what) a second", Decimal.grouped(rate))]
        if times.count > 0 {
            tiles += [("p50", TimeText.short(times.p50)), ("p99", TimeText.short(times.p99))]
        }
        tiles.append(("sessions at the end", Decimal.grouped(Double(result.sessionsStanding))))
        tiles.append(("failures", result.failureCount == 0 ? "none" : Decimal.grouped(Double(result.failureCount))))
        let items = tiles.map { "<div><dt>\(HTMLText.escaped($0))</dt><dd>\(HTMLText.escaped($1))</dd></div>\n" }
        return "<dl class=\"tiles\">\n\(items.joined())</dl>\n"
    }

    // MARK: Tables

    private static func table(_ title: String, _ rows: [(String, String)]) -> String {
        let cells = rows.map {
            "<tr><th scope=\"row\">\(HTMLText.escaped($0.0))</th><td>\(HTMLText.escaped($0.1))</td></tr>\n"
        }
        return "<h2>\(title)</h2>\n<table>\n\(cells.joined())</table>\n"
    }

    private static func expectations(_ result: LoadResult) -> String {
        guard let outcomes = result.expectations, !outcomes.isEmpty else { return "" }
        let rows = outcomes.map { outcome in
            let verdict = outcome.isMet ? "<span class=\"met\">met</span>" : "<span class=\"missed\">not met</span>"
            return "<tr><th scope=\"row\">\(HTMLText.escaped(outcome.condition))</th>"
                + "<td>\(verdict), \(HTMLText.escaped(outcome.found))</td></tr>\n"
        }
        return "<h2>Expectations</h2>\n<table>\n\(rows.joined())</table>\n"
    }

    private static func figures(_ result: LoadResult) -> [(String, String)] {
        let noun = ReportText.noun(result.plan.scenario)
        var rows = [
            ("sessions", ReportText.sessions(result)), ("logins a second", Decimal.grouped(result.loginsPerSecond)),
        ]
        if ReportText.hasTraffic(result) { rows.append((noun, ReportText.traffic(result))) }
        if let watched = result.watched {
            let each =
                result.watchedCPUPerMillion.map { ", \(Decimal.text($0, digits: 2)) s for a million \(noun)" } ?? ""
            rows.append(("processor time of watched processes", "\(Decimal.text(watched.cpu, digits: 2)) s\(each)"))
            rows.append(("their memory", ReportText.memory(watched, result)))
        }
        rows.append(("own threads busy", ReportText.shares(result.tool.workerCPUShares)))
        return rows
    }

    /// Percentiles of everything that was timed, side by side.
    private static func times(_ result: LoadResult) -> String {
        var rows: [(String, LatencySummary)] = []
        if result.latency.count > 0 { rows.append(("latency", result.latency)) }
        if result.service != result.latency, result.service.count > 0 {
            rows.append(("latency from sending", result.service))
        }
        if result.lag.max > 0 { rows.append(("left late by", result.lag)) }
        if result.logins.count > 0 { rows.append(("time to login", result.logins)) }
        guard !rows.isEmpty else { return "" }
        let names = ["p50", "p90", "p99", "p99.9", "p99.99", "max"]
        var html = "<div class=\"wide\"><table class=\"times\">\n<tr><td></td>"
        html += names.map { "<th scope=\"col\">\($0)</th>" }.joined() + "</tr>\n"
        for (name, summary) in rows {
            let values = [summary.p50, summary.p90, summary.p99, summary.p999, summary.p9999, summary.max]
            html += "<tr><th scope=\"row\">\(name)</th>"
            html += values.map { "<td>\(TimeText.short($0))</td>" }.joined() + "</tr>\n"
        }
        return html + "</table></div>\n"
    }

    private static func failures(_ result: LoadResult) -> String {
        guard !result.failures.isEmpty else { return "<h2>Failures</h2>\n<p>None.</p>\n" }
        let rows = result.failures.sorted { $0.value > $1.value }.map { name, count in
            let words = FailureKind(rawValue: name)?.explanation ?? name
            return (words, Decimal.grouped(Double(count)) + (result.causes?[name].map { ": \($0)" } ?? ""))
        }
        return table("Failures", rows) + ReportPlots.failures(result)
    }

    private static func parameters(_ plan: LoadPlan) -> [(String, String)] {
        var rows = [
            ("scenario", plan.scenario.rawValue), ("target", plan.target.url), ("domain", plan.domain),
            ("accounts", accounts(plan.accounts)), ("mechanism", plan.mechanism?.rawValue ?? "the strongest"),
            ("presence after login", plan.announces ? "yes" : "no"),
            ("sessions", Decimal.grouped(Double(plan.sessions))),
            ("sessions opened a second", Decimal.short(plan.connectRate)),
        ]
        if plan.scenario.sendsMessages {
            switch plan.flow {
            case .open(let rate, let ramp):
                rows.append(("flow", "open loop, \(Decimal.short(rate)) a second, ramp \(Decimal.short(ramp)) s"))
            case .closed(let window): rows.append(("flow", "closed loop, window \(window)"))
            }
            rows.append(("message size", "\(plan.messageSize) bytes"))
        }
        if plan.scenario == .room { rows.append(("rooms", "\(plan.roomSize) sessions each, at \(plan.roomService)")) }
        if plan.scenario == .reconnectStorm {
            rows.append(("between storms", "\(Decimal.short(plan.stormInterval)) s"))
        }
        rows += [
            ("warm-up", "\(Decimal.short(plan.warmUp)) s"), ("to be recorded", "\(Decimal.short(plan.duration)) s"),
            ("time for late ones", "\(Decimal.short(plan.grace)) s"),
            ("time for a login", "\(Decimal.short(plan.loginTimeout)) s"),
            ("given up at", "\(Decimal.short(plan.stopAtErrorShare * 100)) % failures"), ("threads", "\(plan.threads)"),
            ("source addresses", plan.sources.isEmpty ? "the system's choice" : plan.sources.joined(separator: ", ")),
        ]
        if plan.target.security != .none {
            rows.append(("certificates", plan.trustsAnybody ? "not looked at" : "have to hold"))
        }
        return rows
    }

    private static func accounts(_ accounts: Accounts) -> String {
        guard let user = accounts.user else { return "anonymous" }
        let count = accounts.count > 0 ? ", \(accounts.count) of them" : ""
        return user.contains("%d") ? "\(user) from \(accounts.first) on\(count)" : user
    }
}
