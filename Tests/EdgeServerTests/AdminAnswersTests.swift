import EdgeServer
import Reactor
import Testing

@Suite struct AdminAnswersTests {
    private static let noon = Instant(milliseconds: 43_200_000)

    private func health(_ phase: Health.Phase, failing: [String] = []) -> Health {
        let health = Health()
        health.enter(phase)
        health.use(["a:5222", "b:5222"])
        for name in failing { health.failed(name, at: Self.noon) }
        return health
    }

    @Test("A running process says so")
    func alive() {
        #expect(AdminAnswer.alive.status == 200)
    }

    private static let readiness: [(Health.Phase, [String], Int, String)] = [
        (.starting, [], 503, "not ready: starting\n"),
        (.accepting, [], 200, "ready\n"),
        (.accepting, ["b:5222"], 200, "ready, but not reachable: b:5222\n"),
        (.accepting, ["b:5222", "a:5222"], 503, "not ready: no XMPP server is reachable (a:5222, b:5222)\n"),
        (.draining, [], 503, "not ready: draining, no new sessions\n"),
    ]

    @Test("Ready is who accepts and has a server that answers", arguments: readiness)
    func ready(_ phase: Health.Phase, _ failing: [String], _ status: Int, _ body: String) {
        let answer = AdminAnswer.ready(health(phase, failing: failing).snapshot(at: Self.noon))
        #expect(answer.status == status)
        #expect(answer.body == body)
    }

    @Test("A server that answers again, or is no longer in use, does not stand in the way")
    func recovers() {
        let health = health(.accepting, failing: ["a:5222", "b:5222"])
        health.connected("a:5222")
        #expect(AdminAnswer.ready(health.snapshot(at: Self.noon)).status == 200)
        health.use(["b:5222"])
        #expect(AdminAnswer.ready(health.snapshot(at: Self.noon)).status == 503)
        health.use(["a:5222"])
        #expect(AdminAnswer.ready(health.snapshot(at: Self.noon)).body == "ready\n")
        health.failed("b:5222", at: Self.noon)
        let answer = AdminAnswer.ready(health.snapshot(at: Self.noon))
        #expect(answer.body == "ready\n", "a late failure of a server no longer in use")
    }

    @Test("A failure is forgotten after a while, because only new sessions can find out that a server is back")
    func forgets() {
        let health = health(.accepting, failing: ["a:5222", "b:5222"])
        #expect(AdminAnswer.ready(health.snapshot(at: Self.noon + (Health.memory - 1))).status == 503)
        #expect(AdminAnswer.ready(health.snapshot(at: Self.noon + Health.memory)).body == "ready\n")
    }
}
