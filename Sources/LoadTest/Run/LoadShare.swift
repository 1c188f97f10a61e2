/// What one worker has to do of a run, and how workers and the run talk. Knows numbers; runs nothing.
internal import Reactor

struct LoadShare: Sendable {
    /// Indexes of its sessions.
    let sessions: Range<Int>
    /// Its part of every rate, above 0 and up to 1.
    let part: Double
    let tag: UInt16
    let addresses: Addresses
    let target: Target
    let domain: String
    /// PEM, of those to trust instead of the system's.
    let authorities: [UInt8]?

    func route(ofSession index: Int, _ security: LinkSecurity?) -> Route {
        Route(
            address: addresses.target,
            source: addresses.sources.isEmpty ? nil : addresses.sources[index % addresses.sources.count],
            domain: domain,
            authority: Array(target.authority.utf8), path: Array(target.path.utf8), security: security)
    }

    /// Ranges of sessions for each worker, as even as can be; a border never parts a group.
    /// - Parameter group: sessions that talk to each other, such as the two of a pair.
    static func ranges(sessions: Int, workers: Int, group: Int) -> [Range<Int>] {
        let groups = (sessions + group - 1) / group
        let count = max(1, min(workers, groups))
        return (0..<count).map { worker in
            min(groups * worker / count * group, sessions)..<min(groups * (worker + 1) / count * group, sessions)
        }
    }
}

/// What the run tells a worker.
enum WorkerOrder: Sendable {
    case open
    case begin(at: Nanoseconds)
    /// Tell what happened since the last look.
    case look
    case stop
}

/// What a worker tells the run.
enum WorkerNews: Sendable {
    /// Every session is ready or has failed; how many are ready.
    case opened(ready: Int)
    case interval(Tally)
    /// - last: what happened since the last look.
    /// - busyShare: the part of the load's time that the thread's processor was busy.
    case finished(Tally, last: Tally, busyShare: Double)
    /// The worker could not start; the sentence says why.
    case broken(String)
}
