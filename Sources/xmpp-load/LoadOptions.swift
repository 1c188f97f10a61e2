/// Flags that say how much load, and who logs in. Knows their names and defaults.
internal import ArgumentParser
internal import Foundation
internal import LoadTest

struct LoadOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Sessions.")
    var sessions = 100
    @Option(help: "Sessions opened a second.")
    var connectRate = 500.0
    @Option(help: "Open loop: messages a second over all sessions. Latency counts from when each should have left.")
    var rate: Double?
    @Option(help: "Open loop: time in which the rate grows from 0. (default: 0s)")
    var ramp: String?
    @Option(help: "Closed loop: messages that each session keeps under way. (default: 1, without --rate)")
    var window: Int?
    @Option(help: "Bytes of a message element. (default: 200)")
    var size: Int?
    @Option(help: "Load before anything is recorded.")
    var warmUp = "1s"
    @Option(name: .shortAndLong, help: "Load that is recorded.")
    var duration = "10s"
    @Option(help: "Time for late messages after that.")
    var grace = "2s"
    @Option(help: "Time for a login.")
    var loginTimeout = "30s"
    @Option(help: "Threads, each with its share of the sessions.")
    var threads = 1
    @Option(
        help: ArgumentHelp("Trust the authorities in this PEM file instead of the system's.", valueName: "file"))
    var ca: String?
    @Flag(help: "Take any server for the right one, whatever its certificate says.")
    var insecure = false
    @Option(help: "Connect from this address; repeat it to use several in turn (one serves some 28,000 sessions).")
    var source: [String] = []
    @Option(help: "Give up when this share of what was tried in the last 10 seconds has failed, 0 to 1.")
    var stopAt = 0.5
    @Option(help: "room: sessions in one room.")
    var roomSize = 10
    @Option(help: "room: address of the room service.")
    var roomService: String?
    @Option(help: "reconnect-storm: time between two storms.")
    var stormInterval = "10s"
    @Option(
        help: ArgumentHelp(
            "Report processor time and memory of this process of this machine; repeat it to add several up.",
            valueName: "pid"))
    var watch: [Int32] = []

    func apply(to plan: inout LoadPlan) throws {
        plan.sessions = sessions
        plan.connectRate = connectRate
        plan.flow = try flow(plan.scenario)
        if let size { plan.messageSize = size }
        plan.warmUp = try seconds(warmUp, "--warm-up")
        plan.duration = try seconds(duration, "--duration")
        plan.grace = try seconds(grace, "--grace")
        plan.loginTimeout = try seconds(loginTimeout, "--login-timeout")
        plan.threads = threads
        plan.sources = source
        plan.stopAtErrorShare = stopAt
        plan.roomSize = roomSize
        if let roomService { plan.roomService = roomService }
        plan.trustsAnybody = insecure
        plan.stormInterval = try seconds(stormInterval, "--storm-interval")
        plan.watchedProcesses = watch
    }

    /// How messages leave. A flag that would do nothing is a mistake of the one who wrote it.
    private func flow(_ scenario: LoadPlan.ScenarioName) throws -> LoadPlan.Flow {
        for (flag, isGiven) in [("--rate", rate != nil), ("--window", window != nil), ("--size", size != nil)]
        where isGiven && !scenario.sendsMessages {
            throw InvalidText("\(flag) does nothing for \(scenario.rawValue), which sends no messages")
        }
        guard let rate else {
            if ramp != nil { throw InvalidText("--ramp goes with --rate") }
            return .closed(window: window ?? 1)
        }
        if window != nil { throw InvalidText("either --rate (open loop) or --window (closed loop)") }
        return .open(rate: rate, ramp: try ramp.map { try seconds($0, "--ramp") } ?? 0)
    }

    func authorities() throws -> [UInt8]? {
        guard let ca else { return nil }
        guard let data = FileManager.default.contents(atPath: ca) else {
            throw InvalidText("--ca: \(ca) cannot be read")
        }
        return Array(data)
    }

    private func seconds(_ text: String, _ flag: String) throws -> Double {
        guard let span = TimeText.parse(text), span < 1_000_000_000_000_000 else {
            throw InvalidText("\(flag): \(text) is no time such as 500ms, 10s or 2m")
        }
        return Double(span) / 1e9
    }
}

struct AccountOptions: ParsableArguments {
    @Option(help: "The XMPP domain.")
    var domain = "bench.test"
    @Option(help: "Account name; %d stands for the account's number. Without it logins are anonymous.")
    var user: String?
    @Option(help: "Password; %d stands for the account's number.")
    var password = "secret"
    @Option(help: "Number of the first account.")
    var firstAccount = 0
    @Option(help: "How many accounts there are; sessions share them. 0: one for each session.")
    var accountCount = 0
    @Option(help: "The only mechanism to use: SCRAM-SHA-256, SCRAM-SHA-1, PLAIN or ANONYMOUS.")
    var mechanism: Mechanism?
    @Flag(help: "Send presence after login.")
    var presence = false

    var accounts: Accounts {
        Accounts(user: user, password: password, first: firstAccount, count: accountCount)
    }
}
