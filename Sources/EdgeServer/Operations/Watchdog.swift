/// Tells the service manager that this process works: not that it runs, but that the loop of every worker has turned since the
/// last time. Knows workers by their mailboxes.
internal import Reactor

final class Watchdog: LoopMember {
    private let service: ServiceManager
    private let interval: UInt64
    private let workers: [Mailbox<WorkerMessage>]
    private let answers: Mailbox<WorkerNews>
    /// Workers that have not answered yet.
    private var missing = 0

    /// Nil when nobody watches.
    init?(
        loop: EventLoop, service: ServiceManager, workers: [Mailbox<WorkerMessage>], answers: Mailbox<WorkerNews>
    ) {
        guard let limit = service.watchdog else { return nil }
        self.service = service
        // As sd_watchdog_enabled(3) recommends: half of the time, and the questions have to come back in between.
        interval = max(limit / 4, 1)
        self.workers = workers
        self.answers = answers
        super.init(loop: loop)
    }

    func open() {
        loop.register(self)
        service.tellAlive()
        ask()
    }

    func answered() { missing -= 1 }

    private func ask() {
        missing = workers.count
        for worker in workers { worker.post(.areYouThere(answers)) }
        deadline = loop.now + interval
    }

    override func deadlineReached() {
        guard missing <= 0 else {
            // No news is what makes systemd act. The question is still in the mailbox.
            deadline = loop.now + interval
            return
        }
        service.tellAlive()
        ask()
    }
}
