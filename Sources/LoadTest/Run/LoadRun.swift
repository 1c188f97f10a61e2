/// One whole run: starts the workers, tells them when to do what, and puts their figures together. Knows the order of
/// things; what it learns goes out as values.
internal import Reactor
internal import Synchronization

package final class LoadRun {
    private let plan: LoadPlan
    private let loop: EventLoop
    private let news: Mailbox<(Int, WorkerNews)>
    private var workers: [RunningLoadWorker] = []
    private var timer: PreciseTimer?
    private let shares: [LoadShare]

    private var begun: Nanoseconds = 0
    private var openedAll: Nanoseconds?
    private var loadBegins: Nanoseconds?
    private var openedWorkers = 0
    private var readyAtOpening = 0
    private var looks: [Int: Tally] = [:]
    private var lastLook: Nanoseconds = 0
    private var nextLook: Nanoseconds = 0
    private var intervals: [Interval] = []
    private var finished: [(tally: Tally, last: Tally, busyShare: Double)] = []
    private var broken = 0
    private var stopReason: String?
    private var stoppedAt: Nanoseconds?
    /// The last whole second, to which what follows it is added.
    private var lastInterval: (tally: Tally, seconds: Double)?
    private var errorShare = ErrorShare()
    private var startedBefore = 0
    private var machineAtStart: MachineLoad?
    private let watch: ProcessWatch

    /// Told once a second.
    package var progress: (Interval) -> Void = { _ in }

    /// Resolves names; takes SIGINT and SIGTERM from here on.
    /// - Parameter authorities: PEM of the certificates to trust instead of the system's.
    package init(_ plan: LoadPlan, authorities: [UInt8]? = nil) throws {
        try plan.check()
        try LinkSecurity.check(authorities)
        self.plan = plan
        watch = try ProcessWatch(plan.watchedProcesses)
        // As long as nothing runs, a signal just ends the program: a resolver can take its time.
        let addresses = try Addresses(plan)
        SignalReader.prepare()
        loop = try EventLoop()
        news = try Mailbox()
        let tag = UInt16.random(in: 1 ..< .max)
        let ranges = LoadShare.ranges(
            sessions: plan.sessions, workers: plan.threads, group: plan.scenario.groupSize(plan))
        shares = ranges.map { range in
            LoadShare(
                sessions: range, part: Double(range.count) / Double(max(plan.sessions, 1)), tag: tag,
                addresses: addresses, target: plan.target, domain: plan.domain,
                authorities: authorities)
        }
    }

    /// Runs to the end; blocks.
    package func run() throws -> LoadResult {
        try news.open(in: loop) { [unowned self] in take($0.1, from: $0.0) }
        let signals = try SignalReader(loop: loop) { [unowned self] _ in stop("interrupted") }
        try signals.open()
        let timer = try PreciseTimer(loop: loop) { [unowned self] in tick() }
        try timer.open()
        self.timer = timer
        for (index, share) in shares.enumerated() {
            let news = news
            workers.append(try RunningLoadWorker(plan: plan, share: share) { news.post((index, $0)) })
        }
        watch.begin()
        begun = MonotonicClock.now()
        lastLook = begun
        nextLook = begun + 1_000_000_000
        order(.open)
        timer.wake(at: nextLook)
        withExtendedLifetime((signals, timer)) { loop.run() }
        for worker in workers { worker.join() }
        return result()
    }

    private func order(_ order: WorkerOrder) {
        for worker in workers { worker.mailbox.post(order) }
    }

    private func stop(_ reason: String) {
        guard stopReason == nil else { return }
        stopReason = reason
        stoppedAt = MonotonicClock.now()
        watch.stop()
        order(.stop)
    }

    // MARK: What happens

    private func tick() {
        let now = MonotonicClock.now()
        let span = span
        if let span { watch.look(now: now, span: span) }
        if now >= nextLook {
            nextLook += 1_000_000_000
            order(.look)
        }
        timer?.wake(at: min(nextLook, watch.next(span: span)))
    }

    /// The time that is recorded, once it is known.
    private var span: Range<Nanoseconds>? {
        loadBegins.map { start in
            let from = start + Nanoseconds(plan.warmUp * 1e9)
            return from..<(from + Nanoseconds(plan.duration * 1e9))
        }
    }

    private func take(_ item: WorkerNews, from worker: Int) {
        switch item {
        case .opened(let ready):
            openedWorkers += 1
            readyAtOpening += ready
            if openedWorkers == workers.count { beginLoad() }
        case .interval(let tally):
            looks[worker] = tally
            if looks.count == workers.count { endInterval() }
        case .finished(let tally, let last, let busyShare):
            finished.append((tally, last, busyShare))
            endIfAllHave()
        case .broken(let sentence):
            broken += 1
            stop(sentence)
            endIfAllHave()
        }
    }

    private func endIfAllHave() {
        guard finished.count + broken == workers.count else { return }
        addRest()
        loop.stop()
    }

    private func beginLoad() {
        openedAll = MonotonicClock.now()
        machineAtStart = MachineLoad.now()
        watch.opened()
        guard readyAtOpening > 0 else { return stop("no session could log in") }
        // A moment ahead, so that all workers have heard of it.
        let start = MonotonicClock.now() + 20_000_000
        loadBegins = start
        order(.begin(at: start))
        tick()
    }

    private func endInterval() {
        let now = MonotonicClock.now()
        var sum = Tally()
        for tally in looks.values { sum.add(tally) }
        looks = [:]
        let seconds = Double(max(now - lastLook, 1)) / 1e9
        let interval = Interval(sum, at: Double(now - begun) / 1e9, seconds: seconds, isLoad: loadBegins != nil)
        lastLook = now
        lastInterval = (sum, seconds)
        intervals.append(interval)
        progress(interval)
        checkErrorShare(sum)
    }

    /// What came after the last whole second belongs to it, unless that is half a second and more.
    private func addRest() {
        let now = MonotonicClock.now()
        var sum = Tally()
        for var look in looks.values {
            look.sessionsStanding = 0
            sum.add(look)
        }
        for part in finished { sum.add(part.last) }
        var seconds = Double(max(now - lastLook, 1)) / 1e9
        if seconds < 0.5, var (tally, whole) = lastInterval {
            intervals.removeLast()
            tally.sessionsStanding = 0
            sum.add(tally)
            seconds += whole
            whole = 0
        }
        intervals.append(Interval(sum, at: Double(now - begun) / 1e9, seconds: seconds, isLoad: loadBegins != nil))
    }

    /// A run that mostly fails, or has nobody left, says nothing more by going on.
    private func checkErrorShare(_ sum: Tally) {
        errorShare.add(
            .init(
                standing: sum.sessionsStanding, started: sum.sessionsStarted - startedBefore, sent: sum.sent,
                failures: sum.failures))
        startedBefore = sum.sessionsStarted
        if loadBegins != nil, sum.sessionsStanding == 0, !plan.scenario.opensAgain {
            return stop("all sessions were lost")
        }
        guard errorShare.failures >= 100 || sum.sessionsStarted >= plan.sessions else { return }
        if errorShare.share > plan.stopAtErrorShare { stop("too many failures") }
    }

    /// As many as were asked for, or until the run was stopped.
    private var recordedSeconds: Double {
        guard let span else { return 0 }
        let end = min(stoppedAt ?? .max, span.upperBound)
        return end > span.lowerBound ? Double(end - span.lowerBound) / 1e9 : 0
    }

    private func result() -> LoadResult {
        var sum = Tally()
        for part in finished { sum.add(part.tally) }
        var result = LoadResult(
            plan: plan, tally: sum, intervals: intervals,
            openingSeconds: openedAll.map { Double($0 - begun) / 1e9 }, recordedSeconds: recordedSeconds,
            workerCPUShares: finished.map(\.busyShare), watched: watch.report, stopReason: stopReason)
        if let machineAtStart {
            result.tool.machineBusyShare = MachineLoad.now().flatMap { $0.share(since: machineAtStart) }
        }
        return result
    }
}
