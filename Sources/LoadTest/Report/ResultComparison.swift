/// Two results side by side, with ratios. Knows which figures can be compared; does not judge.
package enum ResultComparison {
    package static func table(_ before: LoadResult, _ after: LoadResult, names: (String, String)) -> String {
        var rows = [["", names.0, names.1, "ratio"]]
        for (name, isTime, figure) in figures {
            guard let one = figure(before), let other = figure(after), one > 0 || other > 0 else { continue }
            let ratio = one > 0 ? Decimal.text(other / one, digits: 3) : "-"
            rows.append([name, written(one, isTime), written(other, isTime), ratio])
        }
        var text = "before: \(ReportText.title(before.plan))\nafter:  \(ReportText.title(after.plan))\n\n"
        text += layout(rows)
        for (name, result) in [("before", before), ("after", after)] {
            for warning in Bottleneck.warnings(result) { text += "warning (\(name)): \(warning)\n" }
        }
        if !isSameLoad(before.plan, after.plan) { text += "warning: the two were not the same load\n" }
        return text
    }

    private static let figures: [(String, isTime: Bool, @Sendable (LoadResult) -> Double?)] = [
        ("messages a second", false, { $0.deliveredPerSecond }),
        ("p50", true, { Double($0.latency.p50) }),
        ("p90", true, { Double($0.latency.p90) }),
        ("p99", true, { Double($0.latency.p99) }),
        ("p99.9", true, { Double($0.latency.p999) }),
        ("max", true, { Double($0.latency.max) }),
        ("logins a second", false, { $0.loginsPerSecond }),
        ("login p50", true, { Double($0.logins.p50) }),
        ("login p99", true, { Double($0.logins.p99) }),
        ("failures", false, { Double($0.failureCount) }),
        ("CPU-s per million", false, { $0.watchedCPUPerMillion }),
    ]

    private static func isSameLoad(_ one: LoadPlan, _ other: LoadPlan) -> Bool {
        one.scenario == other.scenario && one.sessions == other.sessions && one.flow == other.flow
            && one.messageSize == other.messageSize && one.connectRate == other.connectRate
    }

    private static func written(_ value: Double, _ isTime: Bool) -> String {
        if isTime { return TimeText.short(Nanoseconds(value)) }
        return value < 100 && value != value.rounded() ? Decimal.text(value, digits: 2) : Decimal.grouped(value)
    }

    private static func layout(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }.joined(separator: "  ") + "\n"
        }.joined()
    }
}
