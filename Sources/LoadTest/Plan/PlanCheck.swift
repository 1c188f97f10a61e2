/// Refuses a plan that cannot work, in a sentence that names the flag, before anything is connected. Knows numbers and names;
/// asks neither the system nor the server.
extension LoadPlan {
    /// More than any machine has ports and descriptors for.
    package static let maxSessions = 1_000_000
    /// Sessions opened a second, or messages a second.
    package static let maxRate = 10_000_000.0
    package static let maxThreads = 256
    /// Bytes that one session may have under way; of a slow server's messages, as much waits in memory here.
    package static let maxUnderWay = 1 << 20
    /// Accounts are numbered up to there.
    package static let maxAccount = 1_000_000_000

    /// - Throws: a sentence that says what is wrong.
    package func check() throws(InvalidText) {
        try Self.check(sessions, "--sessions", 1...Self.maxSessions)
        try Self.check(threads, "--threads", 1...Self.maxThreads)
        try Self.check(roomSize, "--room-size", 1...Self.maxSessions)
        try Self.check(messageSize, "--size", 1...Self.maxUnderWay)
        try Self.check(rate: connectRate, "--connect-rate")
        guard (0...1).contains(stopAtErrorShare) else {
            throw InvalidText("--stop-at \(stopAtErrorShare): expected a share from 0 to 1")
        }
        guard duration > 0 else { throw InvalidText("--duration must be more than 0") }
        guard loginTimeout > 0 else { throw InvalidText("--login-timeout must be more than 0") }
        guard stormInterval > 0 else { throw InvalidText("--storm-interval must be more than 0") }
        try checkFlow()
        try Self.check(address: domain, "--domain")
        if scenario == .room { try Self.check(address: roomService, "--room-service") }
        try checkAccounts()
    }

    private func checkFlow() throws(InvalidText) {
        switch flow {
        case .open(let rate, _):
            try Self.check(rate: rate, "--rate")
        case .closed(let window):
            guard window > 0 else { throw InvalidText("--window must be more than 0") }
            guard window <= Self.maxUnderWay / messageSize else {
                throw InvalidText(
                    "--window \(window) of --size \(messageSize): one session can have "
                        + "\(Self.maxUnderWay / messageSize) of them under way at most")
            }
        }
    }

    private func checkAccounts() throws(InvalidText) {
        guard let user = accounts.user else {
            if let mechanism, mechanism != .anonymous {
                throw InvalidText("--mechanism \(mechanism.rawValue) needs accounts: --user, and --password")
            }
            return
        }
        if mechanism == .anonymous { throw InvalidText("--mechanism ANONYMOUS has no --user") }
        guard !user.isEmpty, !user.contains(where: { "@/\"&'<> ".contains($0) }) else {
            throw InvalidText("--user \(user): expected the part before the @ alone; the part behind it is --domain")
        }
        try Self.check(accounts.first, "--first-account", 0...Self.maxAccount)
        try Self.check(accounts.count, "--account-count", 0...Self.maxAccount)
    }

    static func check(_ number: Int, _ flag: String, _ range: ClosedRange<Int>) throws(InvalidText) {
        guard number >= range.lowerBound else {
            throw InvalidText("\(flag) must be \(range.lowerBound == 0 ? "0 or more" : "more than 0")")
        }
        guard number <= range.upperBound else {
            throw InvalidText("\(flag) \(number): more than \(Decimal.grouped(Double(range.upperBound))) is too much")
        }
    }

    static func check(rate: Double, _ flag: String) throws(InvalidText) {
        guard rate > 0 else { throw InvalidText("\(flag) must be more than 0") }
        guard rate <= maxRate else {
            throw InvalidText("\(flag) \(rate): more than \(Decimal.grouped(maxRate)) a second is too much")
        }
    }

    /// What stands in markup that we compose; host names and domains have none of these.
    static func check(address: String, _ flag: String) throws(InvalidText) {
        let isName = address.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7F && !"@/\"&'<>".contains(Character($0))
        }
        guard !address.isEmpty, isName, address.utf8.count <= 1_023 else {
            throw InvalidText("\(flag) \(address): expected a name such as example.org")
        }
    }
}
