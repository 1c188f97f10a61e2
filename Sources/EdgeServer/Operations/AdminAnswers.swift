/// What the admin listener says to load balancers and operators. Pure: a state in, a status and a sentence out; HTTP is
/// the front's business.
package struct AdminAnswer: Sendable, Equatable {
    package let status: Int
    /// text/plain, ends with a line feed.
    package let body: String

    private init(_ status: Int, _ sentence: String) {
        self.status = status
        body = sentence + "\n"
    }

    /// `/healthz`: this process runs and answers. Nothing else: who restarts it because a server is down makes it worse.
    package static let alive = AdminAnswer(200, "ok")

    /// `/readyz`: new sessions are welcome here and can work.
    package static func ready(_ health: Health.Snapshot) -> AdminAnswer {
        switch health.phase {
        case .starting: return AdminAnswer(503, "not ready: starting")
        case .draining: return AdminAnswer(503, "not ready: draining, no new sessions")
        case .accepting: break
        }
        let failing = health.failing.sorted().joined(separator: ", ")
        if health.failing.isEmpty { return AdminAnswer(200, "ready") }
        if health.failing.count < health.upstreams.count {
            return AdminAnswer(200, "ready, but not reachable: \(failing)")
        }
        return AdminAnswer(503, "not ready: no XMPP server is reachable (\(failing))")
    }
}
