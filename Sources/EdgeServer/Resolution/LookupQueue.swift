/// Which names are looked for next, and on how many threads: so many that a few slow name servers hold up nobody else. A value;
/// starts no thread and asks nobody.
package struct LookupQueue: Sendable {
    /// Names that are looked for at one time. 8: a question nobody answers takes seconds, and rarely are more names unlucky.
    package static let threads = 8
    /// Of these, for names that are not in the configuration: servers refer sessions there, to whatever they like.
    package static let threadsForOthers = 2
    /// Such names that may wait.
    package static let othersWaiting = 64

    package struct Work: Sendable, Equatable {
        package let name: ServerName
        let isConfigured: Bool
    }

    package enum Place: Sendable, Equatable {
        /// - Parameter needsThread: one more has to begin, with `next`.
        case queued(needsThread: Bool)
        /// Too many wait.
        case refused
    }

    private var configured: [ServerName] = []
    private var others: [ServerName] = []
    private(set) package var running = 0
    private var runningOthers = 0

    package init() {}

    package mutating func add(_ name: ServerName, isConfigured: Bool) -> Place {
        if isConfigured {
            configured.append(name)
        } else {
            guard others.count < Self.othersWaiting else { return .refused }
            others.append(name)
        }
        // One too many finds nothing to do and ends.
        let isFree = running < Self.threads && (isConfigured || runningOthers < Self.threadsForOthers)
        if isFree { running += 1 }
        return .queued(needsThread: isFree)
    }

    /// What a thread does now, after the work that it had; nil when it has to end.
    package mutating func next(after done: Work? = nil) -> Work? {
        if let done, !done.isConfigured { runningOthers -= 1 }
        if !configured.isEmpty { return Work(name: configured.removeFirst(), isConfigured: true) }
        if !others.isEmpty && runningOthers < Self.threadsForOthers {
            runningOthers += 1
            return Work(name: others.removeFirst(), isConfigured: false)
        }
        running -= 1
        return nil
    }

    /// The thread that was wanted could not be had. What waits without any is given back.
    package mutating func threadFailed() -> [ServerName] {
        running -= 1
        guard running == 0 else { return [] }
        defer { stop() }
        return configured + others
    }

    /// Nobody wants to know any more.
    package mutating func stop() {
        configured = []
        others = []
    }
}
