/// `xmpp-load sink`: a fast server to measure against.
internal import ArgumentParser
internal import LoadTest

struct SinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Serve XMPP clients as fast as can be, so that what stands in front is measured.",
        discussion: """
            Any login succeeds by PLAIN and ANONYMOUS; SCRAM wants --password. Requests get empty results. Prints one line \
            with its ports and serves until SIGTERM or SIGINT.
            """)

    @Option(
        help: ArgumentHelp(
            "Take plain client connections there; port 0 lets the kernel choose.", valueName: "host:port"))
    var tcp: String?
    @Option(help: ArgumentHelp("Take WebSockets there, on every path.", valueName: "host:port"))
    var websocket: String?
    @Option(help: "What happens to messages: echo, drop, or push (drop, and send some).")
    var mode = SinkSettings.Mode.echo
    @Option(help: "The domain that it claims to be.")
    var domain = "bench.test"
    @Option(help: "The password of everybody, for SCRAM.")
    var password = "secret"
    @Option(help: "push: messages a second to each session.")
    var rate = 1.0
    @Option(help: "push: bytes of a message element.")
    var size = 200
    @Option(help: "Hold each echo back for this time.")
    var delay = "0s"
    @Option(help: "Echo nothing for this time at the start of each --stall-interval.")
    var stall = "0s"
    @Option(help: "Time from one stall to the next.")
    var stallInterval = "10s"
    @Option(help: "Threads.")
    var threads = 1

    func run() throws {
        do {
            let settings = try settings()
            DescriptorLimit.raise()
            Sink.prepareSignals()
            let isDefault = tcp == nil && websocket == nil
            let sink = try Sink(settings, tcp: isDefault ? "127.0.0.1:5222" : tcp, webSocket: websocket)
            try sink.start(threads: threads)
            let names = [isDefault || tcp != nil ? "tcp" : nil, websocket != nil ? "websocket" : nil].compactMap(\.self)
            let ports = zip(names, sink.ports).map { "\($0) \($1)" }.joined(separator: ", ")
            Output.say("ready: \(ports)\n")
            try sink.waitForSignal()
            sink.stop()
        } catch {
            Output.remark("xmpp-load: \(error)\n")
            throw ExitCode(1)
        }
    }

    private func settings() throws -> SinkSettings {
        var settings = SinkSettings()
        settings.mode = mode
        settings.domain = domain
        settings.password = password
        settings.pushRate = rate
        settings.pushSize = size
        settings.delay = try time(delay)
        settings.stall = try time(stall)
        settings.stallInterval = try time(stallInterval)
        try settings.check()
        guard (1...LoadPlan.maxThreads).contains(threads) else {
            throw InvalidText("--threads \(threads): expected 1 to \(LoadPlan.maxThreads)")
        }
        return settings
    }

    private func time(_ text: String) throws -> Nanoseconds {
        guard let span = TimeText.parse(text) else { throw InvalidText("\(text) is no time such as 20ms or 1s") }
        return span
    }
}

extension SinkSettings.Mode: ExpressibleByArgument {}
