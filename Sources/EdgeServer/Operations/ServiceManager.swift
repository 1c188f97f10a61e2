/// What systemd gave this process and wants to hear from it: open sockets (sd_listen_fds(3)), a place for news (sd_notify(3)),
/// a watchdog. Knows the environment's variables; without them it is silent.
internal import Reactor

package struct ServiceManager: Sendable {
    private let sockets: [InheritedSocket]
    private let notifier: NotifySocket?
    /// Milliseconds after which systemd takes silence for death; nil when it does not watch.
    package let watchdog: UInt64?

    private struct InheritedSocket {
        let name: String
        let number: Int32
    }

    /// The first descriptor that is passed on (SD_LISTEN_FDS_START).
    private static let firstDescriptor = 3
    /// More sockets than anybody listens on; a number above is no count.
    private static let maxSockets = 256

    package init(environment: [String: String], processID: Int32) {
        var sockets: [InheritedSocket] = []
        // Variables that are left over from a parent are for another process.
        if environment["LISTEN_PID"] == "\(processID)", let count = environment["LISTEN_FDS"].flatMap({ Int($0) }),
            (1...Self.maxSockets).contains(count)
        {
            let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
            for place in 0..<count {
                let name = place < names.count ? String(names[place]) : ""
                sockets.append(InheritedSocket(name: name, number: Int32(Self.firstDescriptor + place)))
            }
        }
        self.sockets = sockets
        notifier = environment["NOTIFY_SOCKET"].flatMap { NotifySocket(path: $0) }
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        watchdog = isForUs ? environment["WATCHDOG_USEC"].flatMap { UInt64($0) }.map { max($0 / 1_000, 2) } : nil
    }

    /// The sockets of that name, all of them without one.
    func listeners(named name: String?) throws(SystemFailure) -> [ListeningSocket] {
        var result: [ListeningSocket] = []
        for socket in sockets where name == nil || socket.name == name {
            result.append(try ListeningSocket.inherited(socket.number))
        }
        return result
    }

    /// Nobody looks after this process.
    package init() {
        self.init(environment: [:], processID: 0)
    }

    // MARK: News

    func tellReady() { notifier?.send("READY=1\nSTATUS=Serving") }
    func tellStopping() { notifier?.send("STOPPING=1\nSTATUS=Saying goodbye to all sessions") }
    func tellAlive() { notifier?.send("WATCHDOG=1") }

    /// - Parameter now: `tellReady` follows when the reload is done.
    func tellReloading(now: Instant) {
        notifier?.send("RELOADING=1\nMONOTONIC_USEC=\(now.milliseconds &* 1_000)\nSTATUS=Reading the configuration")
    }
}
