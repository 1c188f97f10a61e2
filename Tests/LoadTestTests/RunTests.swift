import LoadTest
import Testing

/// Whole runs against a sink in the same process: small, and bounded by their own durations. Other programs and tests can
/// only slow a run down: what that could hide is looked for again in longer runs, in which it counts for less.
@Suite(.serialized) struct RunTests {
    /// Serves while `body` runs; gives it the URLs of the sink's two transports.
    private func withSink<R>(
        _ settings: SinkSettings = SinkSettings(), _ body: (_ tcp: String, _ webSocket: String) throws -> R
    ) throws -> R {
        let sink = try Sink(settings, tcp: "127.0.0.1:0", webSocket: "127.0.0.1:0")
        try sink.start()
        defer { sink.stop() }
        return try body("tcp://127.0.0.1:\(sink.ports[0])", "ws://127.0.0.1:\(sink.ports[1])/ws")
    }

    private func plan(
        _ scenario: LoadPlan.ScenarioName, _ url: String, sessions: Int = 4, seconds: Double = 0.3,
        user: String? = nil
    ) throws -> LoadPlan {
        var plan = LoadPlan(
            scenario: scenario, target: try Target(url), domain: "bench.test",
            accounts: Accounts(user: user, password: "secret"))
        plan.sessions = sessions
        plan.duration = seconds
        plan.warmUp = 0
        // A run ends as soon as nothing is missing.
        plan.grace = 60
        return plan
    }

    @Test("Echoes come back over each transport, and none is missing", arguments: [true, false])
    func echo(_ overWebSocket: Bool) throws {
        try withSink { tcp, webSocket in
            // The first messages of a window prove nothing: the next ones are answers to echoes.
            let goesRound = try [0.3, 3, 30].contains { seconds in
                var plan = try plan(.echo, overWebSocket ? webSocket : tcp, seconds: seconds)
                plan.flow = .closed(window: 3)
                let result = try LoadRun(plan).run()
                #expect(result.sessionsReady == 4)
                #expect(result.sessionsStanding == 4)
                #expect(result.latency.count == UInt64(result.sent))
                #expect(result.failures == [:])
                return result.sent > 12
            }
            #expect(goesRound)
        }
    }

    @Test("Every mechanism logs in", arguments: Mechanism.allCases)
    func mechanisms(_ mechanism: Mechanism) throws {
        try withSink { tcp, _ in
            var plan = try plan(.connect, tcp, seconds: 0.05, user: mechanism == .anonymous ? nil : "user%d")
            plan.mechanism = mechanism
            let result = try LoadRun(plan).run()
            #expect(result.sessionsReady == 4)
            #expect(result.logins.count == 4)
            #expect(result.failures == [:])
        }
    }

    @Test("A wrong password is a refused login, and the run is given up")
    func wrongPassword() throws {
        try withSink { tcp, _ in
            var plan = try plan(.connect, tcp, user: "user%d")
            plan.accounts.password = "wrong"
            let result = try LoadRun(plan).run()
            #expect(result.sessionsReady == 0)
            #expect(result.failures == ["login": 4])
            #expect(result.causes?["login"] == "not-authorized")
        }
    }

    @Test("Nobody there is a failure of each connection")
    func nobody() throws {
        let result = try LoadRun(try plan(.connect, "tcp://127.0.0.1:1")).run()
        #expect(result.failures == ["connect": 4])
        #expect(result.causes?["connect"] == "Connection refused")
    }

    @Test("An open loop keeps its rate over several threads")
    func openLoop() throws {
        try withSink { tcp, _ in
            var plan = try plan(.echo, tcp, seconds: 0.5)
            plan.threads = 2
            plan.flow = .open(rate: 400, ramp: 0)
            let result = try LoadRun(plan).run()
            #expect(result.sent == 200)
            #expect(result.failures == [:])
        }
    }

    @Test("The histogram agrees with a server that holds each answer back for a known time")
    func knownDelay() throws {
        var found: [[Nanoseconds]] = []
        // Within 2 %, and the longer the delay the more that is.
        for delay: Nanoseconds in [2_000_000_000, 6_000_000_000, 20_000_000_000, 60_000_000_000] {
            var settings = SinkSettings()
            settings.delay = delay
            let latency = try withSink(settings) { _, webSocket in
                var plan = try plan(.echo, webSocket, seconds: 1)
                plan.grace = Double(delay) / 1e9 + 60
                plan.flow = .open(rate: 200, ramp: 0)
                return try LoadRun(plan).run().latency
            }
            try #require(latency.count == 200)
            try #require(latency.min >= delay)
            found.append([latency.p50, latency.p99])
            if latency.p50 <= delay / 100 * 102 && latency.p99 <= delay / 100 * 102 { return }
        }
        Issue.record("not within 2 %: \(found)")
    }

    @Test("An open loop shows a stall that a closed loop hides")
    func stall() throws {
        var found: [(openP50: Nanoseconds, closedP99: Nanoseconds)] = []
        for stall: Nanoseconds in [200_000_000, 800_000_000, 3_200_000_000] {
            var settings = SinkSettings()
            // A tenth of the time, as with 1 s in 10.
            settings.stall = stall
            settings.stallInterval = stall * 10
            try withSink(settings) { tcp, _ in
                var plan = try plan(.echo, tcp, seconds: Double(stall) / 1e8)
                plan.flow = .open(rate: 500, ramp: 0)
                let open = try LoadRun(plan).run()
                // A tenth of the messages waited, evenly up to the whole stall: a hundredth of all for 0.9 of it and more.
                try #require(open.latency.p99 > stall / 4 * 3)
                plan.flow = .closed(window: 1)
                found.append((open.latency.p50, try LoadRun(plan).run().latency.p99))
            }
            if let last = found.last, last.openP50 < stall / 4, last.closedP99 < stall / 2 { return }
        }
        Issue.record("the stall is in more than the open loop's last hundredth: \(found)")
    }

    @Test("A server that is gone in the middle ends the run, and what was recorded until then counts")
    func serverGone() throws {
        let sink = try Sink(SinkSettings(), tcp: "127.0.0.1:0", webSocket: nil)
        try sink.start()
        var plan = try plan(.echo, "tcp://127.0.0.1:\(sink.ports[0])", seconds: 60)
        plan.flow = .open(rate: 100, ramp: 0)
        let run = try LoadRun(plan)
        var (isLoaded, loaded) = (false, 0.0)
        run.progress = { interval in
            // The load began within the first of them.
            if isLoaded { loaded += interval.seconds }
            isLoaded = interval.isLoad
            if loaded > 1 { sink.stop() }
        }
        let result = try run.run()
        #expect(result.stopReason == "all sessions were lost")
        #expect(result.failures["dropped"] == 4)
        #expect(result.causes?["dropped"] != nil)
        let seconds = try #require(result.recordedSeconds)
        #expect(seconds > 1 && seconds < 50)
        // What came until the server went is not spread over the minute that was planned.
        #expect(result.delivered > 0)
        #expect(abs(result.deliveredPerSecond * seconds - Double(result.delivered)) < 0.001)
        #expect(result.intervals.reduce(0) { $0 + ($1.failures["dropped"] ?? 0) } == 4)
    }

    @Test("Failures after the last whole second are in an interval too")
    func lateFailures() throws {
        var settings = SinkSettings()
        settings.mode = .drop
        try withSink(settings) { tcp, _ in
            var plan = try plan(.echo, tcp, seconds: 0.3)
            // Longer than a thread may be kept from sending.
            plan.warmUp = 4.2
            plan.grace = 0.9
            let result = try LoadRun(plan).run()
            // Their only messages left before the first recorded moment, and still they are missed.
            #expect(result.sent == 0)
            #expect(result.failures == ["undelivered": 4])
            #expect(result.intervals.reduce(0) { $0 + ($1.failures["undelivered"] ?? 0) } == 4)
            #expect(result.intervals.reduce(0) { $0 + $1.sent } == 4)
        }
    }

    @Test("Idle sessions give a sign of life at the end")
    func idle() throws {
        try withSink { _, webSocket in
            let result = try LoadRun(try plan(.idle, webSocket)).run()
            #expect(result.latency.count == 4)
            #expect(result.failures == [:])
        }
    }
}
