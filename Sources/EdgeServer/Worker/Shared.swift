/// What all threads of one edge share. Everything in it is safe to use from any of them.
struct Shared: Sendable {
    let log: any EdgeLog
    let admission: Admission
    let counters = EdgeCounters()
    let health = Health()
    let handshakeLog = QuietLog<HandshakeTrouble>()
    let windowMemory = WindowMemory()
    let endpoints: Endpoints
    let resolver: Resolver

    init(log: any EdgeLog, settings: Settings) {
        self.log = log
        admission = Admission(settings.limits)
        endpoints = Endpoints(settings.limits)
        resolver = Resolver(settings, log: log, counters: counters)
    }
}
