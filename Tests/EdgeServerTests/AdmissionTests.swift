import EdgeServer
import Reactor
import Testing

@Suite struct AdmissionTests {
    private static let start = Instant(milliseconds: 1_000_000)

    private static func address(_ host: String) throws -> SocketAddress {
        try #require(try SocketAddress.resolve(host: host, port: 1).first)
    }

    private static func limits(_ change: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        change(&limits)
        return limits
    }

    private static func admission(_ change: (inout Limits) -> Void) -> Admission {
        Admission(limits(change), now: start)
    }

    @Test("Sessions in all are bounded, and an end makes room")
    func sessions() throws {
        let admission = Self.admission { $0.sessions = 2 }
        let client = try Self.address("192.0.2.1")
        #expect(admission.admitSession(from: client, now: Self.start) == .admitted)
        #expect(admission.admitSession(from: client, now: Self.start) == .admitted)
        #expect(admission.admitSession(from: client, now: Self.start) == .refused(.sessions, worthALine: true))
        admission.sessionEnded(from: client)
        #expect(admission.admitSession(from: client, now: Self.start) == .admitted)
        #expect(admission.sessions == 2)
    }

    @Test("One address does not take the places of others, and no address without sessions is remembered")
    func perAddress() throws {
        let admission = Self.admission { $0.sessionsPerAddress = 2 }
        let one = try Self.address("192.0.2.1")
        let other = try Self.address("192.0.2.2")
        for _ in 0..<2 { #expect(admission.admitSession(from: one, now: Self.start) == .admitted) }
        #expect(admission.admitSession(from: one, now: Self.start) == .refused(.sessionsPerAddress, worthALine: true))
        #expect(admission.admitSession(from: other, now: Self.start) == .admitted)
        #expect(admission.addresses == 2)
        for _ in 0..<2 { admission.sessionEnded(from: one) }
        admission.sessionEnded(from: other)
        #expect(admission.addresses == 0)
        #expect(admission.sessions == 0)
    }

    @Test("FW-008: an IPv6 network of 64 bits counts as one address, an IPv4 address mapped to IPv6 as the IPv4 one")
    func networks() throws {
        let admission = Self.admission { $0.sessionsPerAddress = 1 }
        func admits(_ host: String) throws -> Bool {
            admission.admitSession(from: try Self.address(host), now: Self.start) == .admitted
        }
        #expect(try admits("2001:db8::1"))
        #expect(try !admits("2001:db8::ffff:2"))
        #expect(try admits("2001:db8:0:1::1"))
        #expect(try admits("192.0.2.1"))
        #expect(try !admits("::ffff:192.0.2.1"))
    }

    @Test("Connections from this machine are a reverse proxy's and do not count as one address")
    func loopback() throws {
        let admission = Self.admission { $0.sessionsPerAddress = 1 }
        for proxy in [try Self.address("127.0.0.1"), try Self.address("::1"), .unix] {
            for _ in 0..<5 { #expect(admission.admitSession(from: proxy, now: Self.start) == .admitted) }
            for _ in 0..<4 { admission.sessionEnded(from: proxy) }
        }
        #expect(admission.sessions == 3)
    }

    @Test("New sessions come in a burst and then at the rate, whatever the clock's steps")
    func rate() throws {
        let admission = Self.admission {
            $0.sessionsPerSecond = 10
            $0.sessionBurst = 20
        }
        let client = try Self.address("192.0.2.1")
        func admitted(_ tries: Int, at now: Instant) -> Int {
            (0..<tries).filter { _ in admission.admitSession(from: client, now: now) == .admitted }.count
        }
        #expect(admitted(100, at: Self.start) == 20)
        #expect(admitted(100, at: Self.start + 99) == 0)
        #expect(admitted(100, at: Self.start + 100) == 1)
        // 900 ms in steps of 1 ms give as many as in one step.
        let trickled = (101...1_000).reduce(0) { $0 + admitted(1, at: Self.start + UInt64($1)) }
        #expect(trickled == 9)
        #expect(admitted(100, at: Self.start + 3_600_000) == 20)
        #expect(admitted(100, at: Self.start) == 0, "a clock that goes back gives nothing")
        #expect(admitted(100, at: Self.start + 3_600_000) == 0, "and nothing when it is right again")
        #expect(admitted(100, at: .never) == 20, "no overflow at the end of time")
    }

    @Test("A flood of refusals is worth one line in ten seconds for each limit")
    func lines() throws {
        let admission = Self.admission {
            $0.sessions = 1
            $0.connections = 0
        }
        let client = try Self.address("192.0.2.1")
        #expect(admission.admitSession(from: client, now: Self.start) == .admitted)
        func isWorthALine(_ delay: UInt64) -> Bool {
            admission.admitSession(from: client, now: Self.start + delay) == .refused(.sessions, worthALine: true)
        }
        #expect(isWorthALine(0))
        #expect(!isWorthALine(9_999))
        #expect(isWorthALine(10_000))
        #expect(admission.admitConnection(now: Self.start + 10_000) == .refused(.connections, worthALine: true))
    }

    @Test("Connections are bounded, and other limits count from the next question on")
    func connections() throws {
        let admission = Self.admission { $0.connections = 1 }
        #expect(admission.admitConnection(now: Self.start) == .admitted)
        #expect(admission.admitConnection(now: Self.start) != .admitted)
        admission.update(Self.limits { $0.connections = 2 }, now: Self.start)
        #expect(admission.admitConnection(now: Self.start) == .admitted)
        #expect(admission.admitConnection(now: Self.start) != .admitted)
        admission.connectionEnded()
        #expect(admission.admitConnection(now: Self.start) == .admitted)
    }
}
