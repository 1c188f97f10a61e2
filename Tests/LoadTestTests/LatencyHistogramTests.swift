import LoadTest
import Testing

@Suite struct LatencyHistogramTests {
    /// Spans of every size, each from its own part of the range.
    private func samples() -> [Nanoseconds] {
        var state: UInt64 = 7
        return (0..<20_000).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 40) << (UInt64(index) % 12)
        }
    }

    @Test("Percentiles agree with those of the sorted list to a thousandth")
    func percentiles() {
        let samples = samples()
        var histogram = LatencyHistogram()
        for sample in samples { histogram.record(sample) }
        let sorted = samples.sorted()
        for thousandth in [10, 500, 900, 990, 999] {
            let exact = Double(sorted[(thousandth * sorted.count + 999) / 1_000 - 1])
            let told = Double(histogram.value(atPercentile: Double(thousandth) / 10))
            #expect(abs(told - exact) <= exact / 1_000 + 1, "\(thousandth): \(told) for \(exact)")
        }
        #expect(histogram.summary.max >= sorted[sorted.count - 1])
        #expect(histogram.summary.count == 20_000)
    }

    @Test func theSumOfTwoIsTheHistogramOfAll() {
        var (one, other, all) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for (index, sample) in samples().enumerated() {
            all.record(sample)
            if index % 3 == 0 { one.record(sample) } else { other.record(sample) }
        }
        one.add(other)
        #expect(one.summary == all.summary)
    }

    @Test func whatIsAboveAnHourCountsAsAnHour() {
        var histogram = LatencyHistogram()
        histogram.record(.max)
        #expect(histogram.count == 1)
        #expect(histogram.summary.p50 >= 3_590_000_000_000)
    }

    @Test func theCurveRisesToTheMaximum() {
        var histogram = LatencyHistogram()
        for sample in samples() { histogram.record(sample) }
        let curve = histogram.summary.curve
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $0.percentile <= $1.percentile && $0.value <= $1.value })
        #expect(curve.last?.percentile == 100)
        #expect(curve.last?.value == histogram.summary.max)
    }
}
