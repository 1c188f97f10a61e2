/// Counts spans of time with three significant digits (HDR histogram). Knows nanoseconds; does not know what was measured.
internal import Histogram

package struct LatencyHistogram: Sendable {
    /// What lies above counts as this: an hour.
    private static let highest: Nanoseconds = 3_600_000_000_000

    private var counts = Histogram<UInt64>(
        lowestDiscernibleValue: 1, highestTrackableValue: LatencyHistogram.highest,
        numberOfSignificantValueDigits: .three)

    package init() {}

    package var count: UInt64 { counts.totalCount }

    package mutating func record(_ span: Nanoseconds) {
        counts.record(min(span, Self.highest))
    }

    package mutating func add(_ other: LatencyHistogram) {
        counts.add(other.counts)
    }

    /// The span that `percentile` percent of all stay within; 0 when there are none.
    package func value(atPercentile percentile: Double) -> Nanoseconds {
        count == 0 ? 0 : counts.valueAtPercentile(percentile)
    }

    package var summary: LatencySummary {
        guard count > 0 else { return LatencySummary() }
        return LatencySummary(
            count: count, min: counts.min, mean: counts.mean, deviation: counts.stdDeviation,
            p50: value(atPercentile: 50), p75: value(atPercentile: 75), p90: value(atPercentile: 90),
            p99: value(atPercentile: 99), p999: value(atPercentile: 99.9), p9999: value(atPercentile: 99.99),
            max: counts.maxRecorded, curve: curve)
    }

    /// The distribution for a plot: closer and closer to 100 %, as far as there is anything to tell apart.
    private var curve: [LatencySummary.Point] {
        var points: [LatencySummary.Point] = []
        // Four steps for each halving of what is left above.
        for step in 0... {
            var rest = 1.0
            for _ in 0..<(step / 4) { rest /= 2 }
            rest *= 1 - Double(step % 4) * 0.125
            points.append(.init(percentile: 100 * (1 - rest), value: value(atPercentile: 100 * (1 - rest))))
            if rest * Double(count) < 1 || points.count > 120 { break }
        }
        points.append(.init(percentile: 100, value: counts.maxRecorded))
        return points
    }
}

/// What a report says of one distribution. All spans in nanoseconds.
package struct LatencySummary: Codable, Sendable, Equatable {
    package struct Point: Codable, Sendable, Equatable {
        package var percentile: Double
        package var value: Nanoseconds
    }

    package var count: UInt64 = 0
    package var min: Nanoseconds = 0
    package var mean = 0.0
    package var deviation = 0.0
    package var p50: Nanoseconds = 0
    package var p75: Nanoseconds = 0
    package var p90: Nanoseconds = 0
    package var p99: Nanoseconds = 0
    package var p999: Nanoseconds = 0
    package var p9999: Nanoseconds = 0
    package var max: Nanoseconds = 0
    package var curve: [Point] = []
}
