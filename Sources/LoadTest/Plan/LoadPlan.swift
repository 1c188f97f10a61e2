/// Everything that an operator can choose for one run. A value: knows no defaults of flags and starts nothing.
package struct LoadPlan: Codable, Sendable {
    package enum ScenarioName: String, CaseIterable, Codable, Sendable {
        case connect, idle, echo, chat, room, push, churn
        case reconnectStorm = "reconnect-storm"

        /// Whether sessions send messages, in an open or a closed loop.
        package var sendsMessages: Bool {
            switch self {
            case .echo, .chat, .room: true
            case .connect, .idle, .push, .churn, .reconnectStorm: false
            }
        }

        /// Whether sessions that are gone are replaced.
        package var opensAgain: Bool { self == .churn || self == .reconnectStorm }

        package var summary: String {
            switch self {
            case .connect: "open sessions at a rate and hold them; measures the time to login"
            case .idle: "hold sessions in silence, then ask each for a sign of life; counts drops"
            case .echo: "each session sends messages to itself"
            case .chat: "pairs of sessions exchange messages"
            case .room: "sessions talk in rooms; each message comes back once for each occupant"
            case .push: "the server sends, sessions only listen; needs xmpp-load sink --mode push"
            case .churn: "sessions come and go at a rate; measures the time to login"
            case .reconnectStorm: "all sessions break at once and come back at once; measures the time to login"
            }
        }
    }

    /// How messages leave.
    package enum Flow: Codable, Sendable, Equatable {
        /// Evenly at a rate, whatever comes back: messages a second over all sessions, reached after `ramp` seconds.
        case open(rate: Double, ramp: Double)
        /// Each session keeps that many messages under way.
        case closed(window: Int)
    }

    package var scenario: ScenarioName
    package var target: Target
    /// With TLS, whoever answers is the right server.
    package var trustsAnybody: Bool
    /// Of the XMPP service.
    package var domain: String
    package var accounts: Accounts
    /// Nil for the strongest.
    package var mechanism: Mechanism?
    package var sessions: Int
    /// Sessions opened a second.
    package var connectRate: Double
    package var flow: Flow
    /// Bytes of a message element.
    package var messageSize: Int
    /// Seconds of load before anything is recorded.
    package var warmUp: Double
    /// Seconds that are recorded.
    package var duration: Double
    /// Seconds that late messages may take after that.
    package var grace: Double
    /// Seconds from connecting to being logged in.
    package var loginTimeout: Double
    /// Threads, each with its share of the sessions.
    package var threads: Int
    /// Our own addresses, used in turn; empty leaves it to the system.
    package var sources: [String]
    /// Whether sessions announce themselves after login.
    package var announces: Bool
    /// The share of failures of the last seconds, 0 to 1, at which the run is given up.
    package var stopAtErrorShare: Double
    /// Sessions in one room, for `room`.
    package var roomSize: Int
    /// Address of the room service, for `room`.
    package var roomService: String
    /// Seconds between two storms, for `reconnect-storm`.
    package var stormInterval: Double
    /// Processes of this machine whose processor time and memory are reported, added up.
    package var watchedProcesses: [Int32]

    package init(scenario: ScenarioName, target: Target, domain: String, accounts: Accounts) {
        self.scenario = scenario
        self.target = target
        self.domain = domain
        self.accounts = accounts
        trustsAnybody = false
        sessions = 100
        connectRate = 500
        flow = .closed(window: 1)
        messageSize = 200
        warmUp = 1
        duration = 10
        grace = 2
        loginTimeout = 30
        threads = 1
        sources = []
        announces = false
        stopAtErrorShare = 0.5
        roomSize = 10
        roomService = "conference.\(domain)"
        stormInterval = 10
        watchedProcesses = []
    }
}
