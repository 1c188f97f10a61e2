import LoadTest
import Testing

@Suite struct ReportTests {
    /// A result with latencies of 1 to 100 ms and one failure of ten messages.
    private func result(busy: Double = 0.2, lag: Nanoseconds = 0) throws -> LoadResult {
        var plan = LoadPlan(
            scenario: .echo, target: try Target("ws://h"), domain: "d", accounts: Accounts(user: "<&\">"))
        plan.flow = .open(rate: 10, ramp: 0)
        var tally = Tally()
        tally.sessionsStarted = 5
        tally.sessionsReady = 5
        tally.sessionsStanding = 4
        tally.sent = 110
        tally.delivered = 100
        for step in 1...100 {
            tally.latency.record(Nanoseconds(step) * 1_000_000)
            tally.service.record(Nanoseconds(step) * 1_000_000)
            tally.lag.record(lag)
        }
        tally.count(.undelivered, 10)
        var result = LoadResult(
            plan: plan, tally: tally, intervals: [], openingSeconds: 2, recordedSeconds: 10, workerCPUShares: [busy],
            watched: WatchReport(openingCPU: 0.1, cpuOfEach: [0.2, 0.3], memoryBefore: 4_096, memoryAfter: 8_192),
            stopReason: nil)
        result.tool.isDebugBuild = false
        return result
    }

    @Test func expectationsAreMetOrNot() throws {
        let result = try result()
        for (text, isMet) in [
            ("p50<60ms", true), ("p50<40ms", false), ("p99 <= 100ms", true), ("p99.9>1s", false), ("failures=10", true),
            ("failures<1", false), ("rate>=10", true), ("sessions>4", false), ("dropped=0", true),
        ] {
            #expect(try Expectation(text).isMet(by: result) == isMet, "\(text)")
        }
    }

    @Test func noLatencyAtAllMeetsNoExpectation() throws {
        #expect(try !Expectation("login-p99<1h").isMet(by: result()))
    }

    @Test(arguments: ["p99", "p98<1ms", "p99<fast", "rate>1ms", "<5", "p99<", "failures=one"])
    func anExpectationThatMeansNothingIsRefused(_ text: String) {
        #expect(throws: InvalidText.self) { try Expectation(text) }
    }

    @Test func saysWhenItWasItselfTheBottleneck() throws {
        #expect(try Bottleneck.warnings(result()).isEmpty)
        #expect(try Bottleneck.warnings(result(busy: 0.97)).count == 1)
        #expect(try Bottleneck.warnings(result(lag: 30_000_000)).count == 1)
        var full = try result()
        full.tool.machineBusyShare = 0.99
        #expect(Bottleneck.warnings(full).first?.contains("busy for 99 %") == true)
        var debug = try result()
        debug.tool.isDebugBuild = true
        #expect(Bottleneck.warnings(debug).first?.contains("debug build") == true)
    }

    @Test func theSummaryHasTheFiguresAndTheFailures() throws {
        let text = ReportText.summary(try result())
        #expect(text.contains("110 sent, 100 received, 10 a second"))
        #expect(text.contains("10 x message not delivered before the end"))
        #expect(text.contains("p50 50.0 ms"))
        #expect(text.contains("0.50 s of processor time, 5000.00 s for a million messages"))
        #expect(text.contains("1.00 KiB of memory a session"))
    }

    @Test func ratiosAreThoseOfTheSecondToTheFirst() throws {
        var after = try result()
        after.deliveredPerSecond *= 3
        let table = ResultComparison.table(try result(), after, names: ("a", "b"))
        #expect(table.contains("messages a second       10       30  3.000"), "\(table)")
        #expect(!table.contains("not the same load"))
        after.plan.sessions = 7
        #expect(ResultComparison.table(try result(), after, names: ("a", "b")).contains("not the same load"))
    }

    @Test func theSummaryAndThePageSayWhatWasExpectedAndFound() throws {
        var result = try result()
        result.expectations = try ["p99<50ms", "failures<=10"].map { try Expectation($0).outcome(result) }
        let text = ReportText.summary(result)
        #expect(text.contains("p99<50ms: NOT MET, 99.0 ms\n"))
        #expect(text.contains("failures<=10: met, 10\n"))
        let page = HTMLReport.page(result)
        #expect(page.contains("p99&lt;50ms</th><td><span class=\"missed\">not met</span>, 99.0 ms"))
    }

    @Test func everyKindOfFailureCanBeExpectedNotToHappen() throws {
        for kind in FailureKind.allCases {
            #expect(try Expectation("\(kind.rawValue)=0").isMet(by: result()) == (kind != .undelivered))
        }
    }

    @Test func whatCameAfterTheRecordedTimeIsNotMissing() throws {
        var result = try result()
        result.delivered = 60
        result.deliveredPerSecond = 6
        #expect(ReportText.summary(result).contains("110 sent, 100 received, 6 a second"))
    }

    @Test func theCauseStandsBesideTheFailure() throws {
        var result = try result()
        result.causes = ["undelivered": "a <reason>"]
        #expect(ReportText.summary(result).contains("10 x message not delivered before the end (a <reason>)"))
        #expect(HTMLReport.page(result).contains("10: a &lt;reason&gt;"))
    }

    @Test func anEarlyEndIsSaidAtTheTop() throws {
        var result = try result()
        result.stopReason = "interrupted"
        result.recordedSeconds = 2.5
        #expect(ReportText.summary(result).contains("ended early       interrupted, 2.5 s were recorded"))
        #expect(HTMLReport.page(result).contains("<strong>Ended early:</strong> interrupted, 2.5 s were recorded"))
    }

    @Test("The page of a day's run has no point for each second, and keeps its highest")
    func longRun() throws {
        var result = try result()
        for second in 1...86_400 {
            var tally = Tally()
            tally.sessionsStanding = second == 40_000 ? 777_777 : 5
            tally.delivered = 1
            result.intervals.append(Interval(tally, at: Double(second), seconds: 1, isLoad: true))
        }
        let page = HTMLReport.page(result)
        #expect(page.utf8.count < 200_000)
        #expect(page.contains("800,000"), "the axis reaches the peak")
    }

    @Test("The page needs nothing from outside and takes no markup from values")
    func page() throws {
        var result = try result()
        for second in 1...3 {
            var tally = Tally()
            tally.delivered = second
            tally.latency.record(5_000_000)
            result.intervals.append(Interval(tally, at: Double(second), seconds: 1, isLoad: true))
        }
        let page = HTMLReport.page(result)
        #expect(
            !page.contains("http:") && !page.contains("https:") && !page.contains("src=") && !page.contains("@import"))
        #expect(page.contains("&lt;&amp;&quot;&gt;"))
        #expect(!page.contains("<&"))
        #expect(page.components(of: "<svg viewBox=\"0 0 720") == 4)
        #expect(page.components(of: "<figure>") == page.components(of: "</figure>"))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
