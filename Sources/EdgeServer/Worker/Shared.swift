/// What all threads of one edge share. Everything in it is safe to use from any of them.
struct Shared: Sendable {
    let log: any EdgeLog
    let admission: Admission
    let counters = EdgeCounters()
    let health = Health()
    let windowMemory = WindowMemory()
    let endpoints: Endpoints

    init(log: any EdgeLog, limits: Limits) {
        self.log = log
        admission = Admission(limits)
        endpoints = Endpoints(limits)
    }
}
