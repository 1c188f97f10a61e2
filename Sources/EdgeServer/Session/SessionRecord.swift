/// What is known of one session for limits and logs: who, when, how much. Never what was said.
internal import Reactor

struct SessionRecord {
    /// Random; the name of the session in the log.
    let id: UInt64
    /// The client, also behind proxies.
    let peer: SocketAddress
    /// There when some server is told of its clients.
    let approach: Approach?
    let transport: SessionReport.Transport
    let began: Instant
    var loggedIn = Instant.never
    /// In lower case; empty until `<open/>` named one that is served here.
    var domain = ""
    /// The server that answers for it, from `<open/>` on.
    var route: Routes.Route?
    /// Which of its servers has the session; empty until then.
    var server = ""
    private(set) var elementsIn = 0
    private(set) var elementsOut = 0
    private(set) var bytesIn = 0
    private(set) var bytesOut = 0

    init(id: UInt64, caller: Caller, transport: SessionReport.Transport, began: Instant) {
        self.id = id
        peer = caller.address
        approach = caller.approach
        self.transport = transport
        self.began = began
    }

    var isLoggedIn: Bool { loggedIn < .never }

    /// An element of that many bytes went from the browser to the server.
    mutating func count(in bytes: Int) {
        elementsIn &+= 1
        bytesIn &+= bytes
    }

    /// An element of that many bytes came from the server.
    mutating func count(out bytes: Int) {
        elementsOut &+= 1
        bytesOut &+= bytes
    }

    /// What the log may know.
    func report(now: Instant) -> SessionReport {
        let upstream = server.isEmpty ? route?.label ?? "" : server
        var report = SessionReport(
            id: id, client: peer, transport: transport, domain: domain, upstream: upstream,
            duration: now.since(began), timeToLogin: isLoggedIn ? loggedIn.since(began) : nil)
        report.sent = SessionReport.Traffic(bytes: bytesIn, messages: elementsIn)
        report.received = SessionReport.Traffic(bytes: bytesOut, messages: elementsOut)
        return report
    }
}
