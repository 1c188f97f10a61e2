/// The sink as a whole: listens, and runs one loop a thread until a signal or its owner ends it. Knows threads and
/// listeners.
internal import Reactor
internal import Synchronization

package final class Sink {
    private let settings: SinkSettings
    private let sockets: [(socket: ListeningSocket, isWebSocket: Bool)]
    private var threads: [RunningSink] = []

    /// Binds; clients are served once `start` was called.
    /// - Parameters:
    ///   - tcp, webSocket: `host:port` to listen on; port 0 lets the kernel choose.
    package init(_ settings: SinkSettings, tcp: String?, webSocket: String?) throws {
        self.settings = settings
        var sockets: [(ListeningSocket, Bool)] = []
        for (text, isWebSocket) in [(tcp, false), (webSocket, true)] {
            guard let text else { continue }
            let (host, port) = try Target.split(text[...], usual: 0)
            guard let address = try Addresses.resolve(host, port: port).first else {
                throw InvalidText("\(text) has no address")
            }
            sockets.append((try Self.listen(address, text), isWebSocket))
        }
        self.sockets = sockets
    }

    private static func listen(_ address: SocketAddress, _ text: String) throws(InvalidText) -> ListeningSocket {
        // Two sinks on one port would share the clients without a word.
        if ListeningSocket.isTaken(address) { throw InvalidText("\(text): another program listens there") }
        do throws(SystemFailure) {
            return try ListeningSocket.tcp(address)
        } catch {
            throw InvalidText("\(text): \(error.reason)")
        }
    }

    /// Ports that the kernel gave, in the order of the parameters.
    package var ports: [UInt16] { sockets.map(\.socket.address.port) }

    /// Serves on that many threads of its own.
    package func start(threads count: Int = 1) throws {
        for index in 0..<count {
            let own = try sockets.map { item in
                (index == 0 ? item.socket : try ListeningSocket.tcp(item.socket.address), item.isWebSocket)
            }
            threads.append(try RunningSink(index: index, settings: settings, sockets: own))
        }
    }

    /// Ends all threads; connections that stand are dropped.
    package func stop() {
        for thread in threads { thread.stop() }
        threads = []
    }

    /// Blocks until SIGINT or SIGTERM; call `prepareSignals` before `start`.
    package func waitForSignal() throws {
        let loop = try EventLoop()
        let reader = try SignalReader(loop: loop) { [unowned loop] _ in loop.stop() }
        try reader.open()
        withExtendedLifetime(reader) { loop.run() }
    }

    package static func prepareSignals() {
        SignalReader.prepare()
    }
}

/// One thread of a sink.
private struct RunningSink {
    private let mailbox: Mailbox<Bool>
    private let thread: Holder

    /// A thread can be joined once, and arrays hold only what can be copied.
    private final class Holder: Sendable {
        let thread: Mutex<LoopThread?>
        init(_ thread: consuming LoopThread) { self.thread = Mutex(thread) }
    }

    init(index: Int, settings: SinkSettings, sockets: [(ListeningSocket, Bool)]) throws(SystemFailure) {
        let mailbox = try Mailbox<Bool>()
        self.mailbox = mailbox
        let thread = try LoopThread(name: "sink-\(index)") {
            do {
                let service = try SinkService(settings: settings)
                try mailbox.open(in: service.loop) { [unowned service] _ in
                    service.loop.forEachMember { ($0 as? StreamSocket)?.close() }
                    service.loop.stop()
                }
                for (socket, isWebSocket) in sockets {
                    let listener = Listener(loop: service.loop, socket: socket) { [unowned service] descriptor, _ in
                        if isWebSocket {
                            SinkWebSocketConnection(service: service, connected: descriptor).open()
                        } else {
                            SinkTCPConnection(service: service, connected: descriptor).open()
                        }
                    }
                    try listener.open()
                }
                withExtendedLifetime(service) { service.loop.run() }
            } catch {
                // Without a loop there is nobody to serve; clients see the closed listener.
                return
            }
        }
        self.thread = Holder(thread)
    }

    func stop() {
        mailbox.post(true)
        if let thread = thread.thread.withLock({ $0.take() }) { thread.join() }
    }
}
