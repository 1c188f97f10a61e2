/// A worker's thread as the run sees it: a mailbox and an end to wait for.
internal import Reactor
internal import Synchronization

struct RunningLoadWorker {
    let mailbox: Mailbox<WorkerOrder>
    private let thread: Holder

    /// A thread can be joined once, and arrays hold only what can be copied.
    private final class Holder: Sendable {
        let thread: Mutex<LoopThread?>
        init(_ thread: consuming LoopThread) { self.thread = Mutex(thread) }
    }

    init(plan: LoadPlan, share: LoadShare, report: @escaping @Sendable (WorkerNews) -> Void) throws(SystemFailure) {
        let mailbox = try Mailbox<WorkerOrder>()
        self.mailbox = mailbox
        let thread = try LoopThread(name: "load-\(share.sessions.lowerBound)") {
            do {
                let worker = try LoadWorker(plan: plan, share: share, report: report)
                try mailbox.open(in: worker.loop) { [unowned worker] in worker.receive($0) }
                // What the loop calls holds the worker unowned.
                withExtendedLifetime(worker) { worker.loop.run() }
            } catch {
                report(.broken("a thread could not start: \(error)"))
            }
        }
        self.thread = Holder(thread)
    }

    /// Waits until the thread has ended.
    func join() {
        if let thread = thread.thread.withLock({ $0.take() }) { thread.join() }
    }
}
