/// One run of the server, from settings to the exit code. Knows the order of things and what is said on the way.
internal import ArgumentParser
package import EdgeServer
internal import Glibc
internal import Logging

struct Server {
    private let settings: Settings
    private let service: ServiceManager
    private let writer: LogWriter
    private let log: SessionLog
    private let isShortOfDescriptors: Bool
    /// Reads all settings again.
    private let readSettings: () throws(ConfigurationProblems) -> Settings

    /// Milliseconds that the last lines may take.
    private static let lastWords = 1_000

    init(
        _ settings: Settings, service: ServiceManager,
        readSettings: @escaping () throws(ConfigurationProblems) -> Settings
    ) {
        self.service = service
        let writer = LogWriter(descriptor: STDERR_FILENO)
        let handler = LineLogHandler(format: settings.logFormat, level: settings.logLevel, writer: writer)
        self.settings = Self.fitted(settings)
        self.writer = writer
        self.readSettings = readSettings
        log = SessionLog(Logger(label: "xmpp-edge", factory: { _ in handler }))
        isShortOfDescriptors = self.settings.limits.sessions < settings.limits.sessions
    }

    /// Serves until a signal ends it.
    func run() throws {
        try serve()
        // Not by way of the libraries' exit handlers: OpenSSL's would take its tables away while the self-test may still use them.
        _exit(EXIT_SUCCESS)
    }

    private func serve() throws {
        defer { writer.flush(within: Self.lastWords) }
        do {
            // The edge blocks signals for threads that start after it: a SIGTERM to a thread that does not block it would end
            // the program on the spot.
            let edge = try Edge(settings: settings, log: log, service: service)
            if isShortOfDescriptors {
                log.notice(
                    "the system gives so few descriptors (ulimit -n) that at most \(settings.limits.sessions) "
                        + "sessions are taken")
            }
            try edge.start()
            for warning in settings.warnings() + edge.warnings { log.warning(warning) }
            let line = ReadyLine.text(
                settings, addresses: edge.addresses, secure: edge.secureAddresses, admin: edge.adminAddress)
            Terminal.write(line, to: STDOUT_FILENO)
            SelfTest.start(settings, log)
            edge.run(reload: reload)
            log.notice("stopped")
        } catch {
            Problems.tell(StartFailure.sentence(error) + advice(error))
            throw ExitCode(1)
        }
    }

    private func advice(_ error: any Error) -> String {
        guard let failure = error as? BindFailure, failure.isTaken else { return "" }
        let flag = failure.address == settings.admin ? "--admin" : "--listen"
        return "; another program has it, choose another one with \(flag)"
    }

    private func reload() throws -> Settings? {
        let new = Self.fitted(try readSettings())
        if new.listeners != settings.listeners || new.admin != settings.admin || new.workers != settings.workers
            || new.logFormat != settings.logFormat || new.logLevel != settings.logLevel
        {
            log.warning("listen, admin, workers, log-format and log-level count from the next start on")
        }
        for warning in new.warnings() { log.warning(warning) }
        SelfTest.start(new, log)
        return new
    }

    private static func fitted(_ settings: Settings) -> Settings {
        var fitted = settings
        fitted.limits = settings.limits.fitting(descriptors: DescriptorLimit.raise())
        return fitted
    }
}

/// The one line that says that connections are taken, and where.
package enum ReadyLine {
    package static func text(_ settings: Settings, addresses: [String], secure: Set<String> = [], admin: String?)
        -> String
    {
        let places = addresses.map { url($0, secure.contains($0) ? "https" : "http") }.joined(separator: " ")
        let details = [
            settings.websocketPaths.first.map { "websocket \($0)" }, settings.boshPaths.first.map { "bosh \($0)" },
            admin.map { "admin \(url($0, "http"))" },
        ]
        return "ready \(places) (\(details.compactMap(\.self).joined(separator: ", ")))\n"
    }

    private static func url(_ address: String, _ scheme: String) -> String {
        address.hasPrefix("unix:") ? address : "\(scheme)://\(address)/"
    }
}
