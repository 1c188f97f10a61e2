import EdgeServer
import Testing

@Suite struct RouteTableTests {
    private func place(_ path: String, _ change: (inout Settings) -> Void = { _ in }) -> RouteTable.Place {
        var settings = Settings()
        change(&settings)
        return RouteTable(settings).place(of: Array(path.utf8).span)
    }

    @Test("sessions are taken on the configured paths, with a slash at their end or without")
    func slashes() {
        for path in ["/ws", "/ws/", "/xmpp-websocket", "/xmpp-websocket/"] { #expect(place(path) == .webSocket) }
        for path in ["/bosh", "/http-bind/"] { #expect(place(path) == .bosh) }
        #expect(place("/chat") { $0.websocketPaths = ["/chat/"] } == .webSocket)
        #expect(place("/ws") { $0.websocketPaths = ["/chat/"] } == .site)
    }

    @Test(
        "WS-007: a path that only begins like one of them is another",
        arguments: ["/", "", "/w", "/wsx", "/ws//", "/ws/x", "/WS", "/%77s"])
    func others(path: String) {
        #expect(place(path) == .site)
    }

    @Test("the root can be a session's path")
    func root() {
        #expect(place("/") { $0.websocketPaths = ["/"] } == .webSocket)
    }

    @Test("health, readiness and figures are known by their exact paths")
    func admin() {
        func admin(_ path: String) -> RouteTable.AdminPlace { RouteTable.adminPlace(of: Array(path.utf8).span) }
        #expect(admin("/healthz") == .health)
        #expect(admin("/readyz") == .readiness)
        #expect(admin("/metrics") == .metrics)
        #expect(admin("/healthz/") == .none)
        #expect(admin("/") == .none)
    }
}
