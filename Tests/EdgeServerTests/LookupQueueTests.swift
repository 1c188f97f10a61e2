/// Which names are looked for, by how many threads.
import EdgeServer
import Testing

@Suite struct LookupQueueTests {
    private static func name(_ host: String) -> ServerName { .host(host, port: 5222, .byAddress) }

    /// A queue of names by their hosts.
    private final class Threads {
        private var queue = LookupQueue()
        private var works: [String: LookupQueue.Work] = [:]
        var running: Int { queue.running }

        /// `start`, `wait` or `refused`.
        func add(_ host: String, isConfigured: Bool = true) -> String {
            switch queue.add(name(host), isConfigured: isConfigured) {
            case .queued(let needsThread): needsThread ? "start" : "wait"
            case .refused: "refused"
            }
        }

        /// What a thread does that has begun or has found the other; nil when it ends.
        func next(after host: String? = nil) -> String? {
            guard let work = queue.next(after: host.flatMap { works[$0] }), case .host(let next, _, _) = work.name
            else { return nil }
            works[next] = work
            return next
        }

        func threadFailed() -> [ServerName] { queue.threadFailed() }
        func stop() { queue.stop() }
    }

    @Test("Each name has a thread of its own, up to a bound, and then the next one that is free")
    func threads() {
        let threads = Threads()
        for index in 0..<LookupQueue.threads {
            #expect(threads.add("h\(index)") == "start")
            #expect(threads.next() == "h\(index)")
        }
        #expect(threads.add("late") == "wait")
        #expect(threads.next(after: "h3") == "late")
        #expect(threads.next(after: "h4") == nil)
        #expect(threads.running == LookupQueue.threads - 1)
        #expect(threads.add("later") == "start")
    }

    @Test("Names that servers refer to have a few threads only, wait behind the configuration's, and not without end")
    func others() {
        let threads = Threads()
        for index in 0..<LookupQueue.threadsForOthers {
            #expect(threads.add("o\(index)", isConfigured: false) == "start")
            #expect(threads.next() == "o\(index)")
        }
        for index in 0..<LookupQueue.othersWaiting {
            #expect(threads.add("w\(index)", isConfigured: false) == "wait")
        }
        #expect(threads.add("x", isConfigured: false) == "refused")
        #expect(threads.add("ours") == "start")
        #expect(threads.next() == "ours")
        #expect(threads.next(after: "ours") == nil, "the others have their threads")
        #expect(threads.next(after: "o0") == "w0")
        #expect(threads.next(after: "o1") == "w1")
    }

    @Test("A thread that cannot be had leaves its names to those that run, or gives them back")
    func noThread() {
        let threads = Threads()
        _ = threads.add("a")
        _ = threads.next()
        _ = threads.add("b")
        #expect(threads.threadFailed().isEmpty)
        #expect(threads.next(after: "a") == "b")
        #expect(threads.next(after: "b") == nil)
        _ = threads.add("c")
        #expect(threads.threadFailed() == [Self.name("c")])
        #expect(threads.running == 0)
        _ = threads.add("d", isConfigured: false)
        threads.stop()
        #expect(threads.next() == nil)
    }
}
