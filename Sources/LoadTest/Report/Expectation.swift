/// A condition that a result must meet, as an operator writes it: `p99<50ms`, `failures=0`, `rate>=5000`. Knows the names of
/// figures; the exit code is the program's business.
package struct Expectation: Sendable {
    /// As it was written.
    package let text: String
    private let figure: Figure
    private let comparison: Comparison
    private let limit: Double

    private enum Comparison: String, CaseIterable {
        // Two characters first: `<=` begins as `<` does.
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"
        case equal = "="
    }

    private struct Figure: Sendable {
        let name: String
        let isTime: Bool
        let value: @Sendable (LoadResult) -> Double
    }

    /// - Throws: a sentence that says what is wrong.
    package init(_ text: String) throws(InvalidText) {
        self.text = text
        let found = Comparison.allCases.lazy.compactMap { comparison in
            text.firstRange(of: comparison.rawValue).map { (comparison, $0) }
        }.first
        guard let (comparison, mark) = found else {
            throw InvalidText("--expect \(text): expected a figure, one of < <= > >= = and a value")
        }
        let name = text[..<mark.lowerBound].filter { $0 != " " }
        guard let figure = Self.figures.first(where: { $0.name == name }) else {
            let names = Self.figures.map(\.name).joined(separator: ", ")
            throw InvalidText("--expect \(text): \(name) is none of \(names)")
        }
        let value = text[mark.upperBound...].filter { $0 != " " }
        guard let limit = figure.isTime ? TimeText.parse(value).map({ Double($0) }) : Double(value),
            limit.isFinite
        else {
            throw InvalidText(
                "--expect \(text): \(value.isEmpty ? "nothing" : value) is no \(figure.isTime ? "time such as 50ms" : "number")"
            )
        }
        (self.figure, self.comparison, self.limit) = (figure, comparison, limit)
    }

    /// The names that can be used.
    package static var names: [String] { figures.map(\.name) }

    private static let figures: [Figure] =
        times("", \.latency) + times("login-", \.logins) + [
            Figure(name: "rate", isTime: false) { $0.deliveredPerSecond },
            Figure(name: "logins", isTime: false) { $0.loginsPerSecond },
            Figure(name: "sessions", isTime: false) { Double($0.sessionsStanding) },
            Figure(name: "failures", isTime: false) { Double($0.failureCount) },
        ]
        + FailureKind.allCases.map { kind in
            Figure(name: kind.rawValue, isTime: false) { Double($0.failures[kind.rawValue] ?? 0) }
        }

    private static func times(
        _ prefix: String, _ latency: @escaping @Sendable (LoadResult) -> LatencySummary
    ) -> [Figure] {
        [
            Figure(name: prefix + "p50", isTime: true) { Double(latency($0).p50) },
            Figure(name: prefix + "p90", isTime: true) { Double(latency($0).p90) },
            Figure(name: prefix + "p99", isTime: true) { Double(latency($0).p99) },
            Figure(name: prefix + "p99.9", isTime: true) { Double(latency($0).p999) },
            Figure(name: prefix + "max", isTime: true) { Double(latency($0).max) },
        ]
    }

    /// What a report says of it.
    package struct Outcome: Codable, Sendable, Equatable {
        package var condition: String
        package var isMet: Bool
        /// What was found instead, or as well.
        package var found: String
    }

    package func outcome(_ result: LoadResult) -> Outcome {
        Outcome(condition: text, isMet: isMet(by: result), found: found(in: result))
    }

    private func isMissing(in result: LoadResult) -> Bool {
        figure.isTime && (figure.name.hasPrefix("login-") ? result.logins : result.latency).count == 0
    }

    /// Whether the result meets it. A latency of nothing meets no condition.
    package func isMet(by result: LoadResult) -> Bool {
        if isMissing(in: result) { return false }
        let value = figure.value(result)
        switch comparison {
        case .atMost: return value <= limit
        case .atLeast: return value >= limit
        case .below: return value < limit
        case .above: return value > limit
        case .equal: return value == limit
        }
    }

    private func found(in result: LoadResult) -> String {
        if isMissing(in: result) { return "there was none" }
        let value = figure.value(result)
        return figure.isTime ? TimeText.short(Nanoseconds(value)) : Decimal.short(value)
    }
}
