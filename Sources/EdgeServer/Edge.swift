/// The whole server: binds the listeners, runs one worker thread per core, and keeps the main thread for signals, the
/// admin listener and reloads. Knows threads and their order of start and end; serves nothing itself.
internal import Reactor

package final class Edge {
    private let shared: Shared
    private var setup: Setup
    private var material: SecurityMaterial
    private let main: Worker
    private var workers: [RunningWorker] = []
    private let news: Mailbox<WorkerNews>
    private let service: ServiceManager
    private var watchdog: Watchdog?
    /// Workers whose loops turn.
    private var running = 0
    private var isDraining = false
    /// With the place of each one's listener in the settings.
    private var publicSockets: [(place: Int, socket: ListeningSocket)] = []
    private var adminSocket: ListeningSocket?
    private let watcher: SiteWatcher
    private let certificates: SecurityWatcher
    /// Reads the configuration again; nil keeps the one there is.
    private var readSettings: () throws -> Settings? = { nil }

    /// Milliseconds for goodbyes at a stop.
    private static let grace: UInt64 = 3_000

    /// Loads certificates and the static site; has the servers looked for meanwhile.
    package init(settings: Settings, log: any EdgeLog, service: ServiceManager = ServiceManager()) throws {
        self.service = service
        SignalReader.prepare()
        setup = Setup(settings)
        material = try SecurityMaterial(settings)
        shared = Shared(log: log, settings: settings)
        shared.health.use(settings.upstreams.map(\.server))
        shared.resolver.prepare(settings.upstreams.map(\.name))
        let main = try Worker(shared: shared, setup: setup, material: material, site: nil)
        self.main = main
        news = try Mailbox()
        watcher = SiteWatcher(loop: main.loop)
        certificates = SecurityWatcher(loop: main.loop, files: SecurityMaterial.files(settings))
        main.receive(.site(try loadSite()))
    }

    /// Binds all listeners and starts the workers; connections are accepted when it returns.
    package func start() throws {
        for (place, listener) in setup.settings.listeners.enumerated() {
            for socket in try bind(listener.address) { publicSockets.append((place, socket)) }
        }
        try judgeSockets(setup.settings)
        if let admin = setup.settings.admin {
            let sockets = try bind(admin)
            adminSocket = sockets.first
            for socket in sockets { try main.listen(on: socket, as: .admin) }
        }
        try news.open(in: main.loop) { [unowned self] news in
            switch news {
            case .here: watchdog?.answered()
            case .ended: workerEnded()
            }
        }
        let mailboxes = try (0..<workerCount).map { _ in try Mailbox<WorkerMessage>() }
        do {
            for index in mailboxes.indices { try startWorker(index, mailboxes) }
            try watchSignals()
        } catch {
            stop()
            throw error
        }
        watchdog = Watchdog(loop: main.loop, service: service, workers: mailboxes, answers: news)
        watcher.open { [unowned self] in publishSite() }
        certificates.open(
            filesChanged: { [unowned self] in certificatesChanged() },
            ticketsAreOld: { [unowned self] in
                publish(material.withNewTickets())
                // Nobody looks at the log of the start when a renewal has failed months later.
                let findings = material.findings(setup.settings.tls, now: Instant.wallSeconds())
                for finding in findings where finding.isAboutDates { shared.log.warning(finding.sentence) }
            })
    }

    private func startWorker(_ index: Int, _ mailboxes: [Mailbox<WorkerMessage>]) throws {
        let sockets = try publicSockets.map { place, socket in
            let listener = setup.settings.listeners[place]
            return (
                socket: index == 0 ? socket : try Self.another(socket),
                role: listener.takesProxyHeader ? ListenerRole.proxiedWeb : .web, isSecure: listener.speaksTLS
            )
        }
        workers.append(
            try RunningWorker(
                index: index, mailboxes: mailboxes, shared: shared, setup: setup, material: material, site: main.site,
                sockets: sockets, news: news))
        running += 1
    }

    private var workerCount: Int {
        setup.settings.workers > 0 ? setup.settings.workers : LoopThread.coreCount
    }

    /// The addresses that accept connections, with the ports the kernel gave.
    package var addresses: [String] {
        publicSockets.map { setup.settings.listeners[$0.place].address.text(bound: $0.socket.address) }
    }

    /// Those of them where TLS comes first.
    package var secureAddresses: Set<String> {
        let listeners = setup.settings.listeners
        return Set(
            publicSockets.filter { listeners[$0.place].speaksTLS }.map {
                listeners[$0.place].address.text(bound: $0.socket.address)
            })
    }

    /// What an operator should hear of sockets of which the settings do not tell where they are.
    package var warnings: [String] {
        foundPlaces(setup.settings).compactMap { listener, place in
            setup.settings.warning(about: listener, isHere: place.isLoopback, place: "\(place)")
        }
    }

    /// Whether passwords may come there.
    private func judgeSockets(_ settings: Settings) throws(SettingsProblem) {
        for (listener, place) in foundPlaces(settings) {
            let problem = settings.clearness(of: listener, isHere: place.isLoopback, place: "\(place)")
            if let problem { throw problem }
        }
    }

    /// Where listeners by a name and of systemd have turned out to be.
    private func foundPlaces(_ settings: Settings) -> [(WebListener, SocketAddress)] {
        publicSockets.map { (settings.listeners[$0.place], $0.socket.address) }.filter { $0.0.address.isHere == nil }
    }

    package var adminAddress: String? {
        adminSocket.flatMap { socket in setup.settings.admin?.text(bound: socket.address) }
    }

    /// Serves until SIGTERM or SIGINT. SIGHUP calls `reload` for new settings; sessions that stand keep theirs.
    package func run(reload: @escaping () throws -> Settings?) {
        readSettings = reload
        shared.health.enter(.accepting)
        service.tellReady()
        watchdog?.open()
        main.loop.run()
        stop()
    }

    /// Lets the workers say goodbye to all sessions. The main loop turns until the last one has: whoever asks how the
    /// server is still gets an answer.
    private func drain() {
        if !isDraining { service.tellStopping() }
        isDraining = true
        shared.health.enter(.draining)
        for worker in workers { worker.askToStop(grace: Self.grace) }
    }

    private func workerEnded() {
        running -= 1
        if running == 0 { main.loop.stop() }
    }

    /// Says goodbye to all sessions and waits for the workers' end.
    package func stop() {
        drain()
        for worker in workers { worker.join() }
        workers = []
    }

    // MARK: Signals and reloads

    private func watchSignals() throws {
        let reader = try SignalReader(loop: main.loop) { [unowned self] signal in
            switch signal {
            case .hangup: reload()
            case .interrupt, .terminate: drain()
            }
        }
        try reader.open()
    }

    private func reload() {
        service.tellReloading(now: .now())
        defer { service.tellReady() }
        do {
            if let settings = try readSettings() {
                let settings = try settings.running(on: setup.settings.listeners)
                try judgeSockets(settings)
                let next = Setup(settings)
                let nextMaterial = try SecurityMaterial(settings, tickets: material.tickets)
                setup = next
                certificates.watch(SecurityMaterial.files(settings))
                shared.health.use(settings.upstreams.map(\.server))
                shared.admission.update(settings.limits)
                shared.endpoints.update(settings.limits)
                shared.resolver.use(settings)
                main.receive(.setup(setup))
                for worker in workers { worker.mailbox.post(.setup(setup)) }
                publish(nextMaterial)
            }
            shared.log.notice("configuration reloaded")
        } catch {
            shared.log.problem("reload failed, the old configuration stays: \(error)")
        }
        publishSite()
    }

    private func certificatesChanged() {
        do {
            publish(try SecurityMaterial(setup.settings, tickets: material.tickets))
            shared.log.notice("certificates loaded again")
            for warning in material.warnings(setup.settings.tls, now: Instant.wallSeconds()) {
                shared.log.warning(warning)
            }
        } catch {
            shared.log.problem("the old certificates stay: \(error)")
        }
    }

    /// New connections use it; those that stand are not touched.
    private func publish(_ material: SecurityMaterial) {
        // Sessions with servers would be forgotten for nothing.
        guard material != self.material else { return }
        self.material = material
        main.receive(.security(material))
        for worker in workers { worker.mailbox.post(.security(material)) }
    }

    private func publishSite() {
        do {
            let site = try loadSite()
            main.receive(.site(site))
            for worker in workers { worker.mailbox.post(.site(site)) }
            if let folder = setup.settings.publicFolder { shared.log.notice("\(folder) loaded again") }
        } catch {
            shared.log.problem("the page cannot be loaded, the old one stays: \(error)")
        }
    }

    private func loadSite() throws -> StaticSite? {
        let folder = setup.settings.publicFolder
        watcher.look(at: folder)
        return try folder.map { try StaticSite.load($0, setup.settings) }
    }

    // MARK: Sockets

    private func bind(_ address: ListenAddress) throws(BindFailure) -> [ListeningSocket] {
        do {
            switch address {
            case .unix(let path):
                return [try ListeningSocket.unix(path: path)]
            case .systemd(let name):
                let sockets = try service.listeners(named: name)
                guard !sockets.isEmpty else { throw NoSuchSocket() }
                return sockets
            case .tcp(let host, let port):
                guard let target = try SocketAddress.resolve(host: host, port: port).first else {
                    throw ResolveFailure(host: host, reason: "no address")
                }
                if ListeningSocket.isTaken(target) { throw SystemFailure.addressInUse }
                return [try ListeningSocket.tcp(target)]
            }
        } catch {
            throw BindFailure(address: address, cause: error)
        }
    }

    /// The same address for one more worker.
    private static func another(_ socket: ListeningSocket) throws -> ListeningSocket {
        socket.isShared ? try socket.duplicate() : try ListeningSocket.tcp(socket.address)
    }
}

/// systemd was to give a socket, and gave none of that name.
struct NoSuchSocket: Error {}

/// A listener that could not be opened, and why.
package struct BindFailure: Error {
    package let address: ListenAddress
    package let cause: any Error
}
