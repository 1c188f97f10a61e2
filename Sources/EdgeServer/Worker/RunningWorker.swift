/// A worker's thread as the main thread sees it: a mailbox and an end to wait for.
internal import Reactor
internal import Synchronization

struct RunningWorker {
    let mailbox: Mailbox<WorkerMessage>
    private let thread: Holder

    /// A thread can be joined once, and arrays hold only what can be copied.
    private final class Holder: Sendable {
        let thread: Mutex<LoopThread?>
        init(_ thread: consuming LoopThread) { self.thread = Mutex(thread) }
    }

    /// Everything that can fail is done on the calling thread: a listener whose worker did not come up would take its
    /// share of the connections and answer none.
    /// - Parameters:
    ///   - mailboxes: those of all workers; the one at `index` is this one's.
    ///   - news: gets a message when the worker's loop has ended.
    init(
        index: Int, mailboxes: [Mailbox<WorkerMessage>], shared: Shared, setup: Setup, material: SecurityMaterial,
        site: StaticSite?, sockets: [(socket: ListeningSocket, role: ListenerRole, isSecure: Bool)],
        news: Mailbox<WorkerNews>
    ) throws(SystemFailure) {
        let mailbox = mailboxes[index]
        self.mailbox = mailbox
        let worker = try Worker(
            shared: shared, setup: setup, material: material, site: site, index: index, mailboxes: mailboxes)
        try mailbox.open(in: worker.loop) { [unowned worker] in worker.receive($0) }
        for (socket, role, isSecure) in sockets { try worker.listen(on: socket, as: role, isSecure: isSecure) }
        let thread = try LoopThread(name: "edge-\(index)") {
            // What the loop calls holds the worker unowned.
            withExtendedLifetime(worker) { worker.loop.run() }
            news.post(.ended)
        }
        self.thread = Holder(thread)
    }

    /// Asks the worker to stop.
    func askToStop(grace: UInt64) {
        mailbox.post(.stop(grace: grace))
    }

    /// Waits until the thread has ended.
    func join() {
        if let thread = self.thread.thread.withLock({ $0.take() }) { thread.join() }
    }
}

/// What workers tell the main thread.
enum WorkerNews: Sendable {
    /// The answer to `areYouThere`.
    case here
    /// The loop has ended: nothing follows.
    case ended
}
