import EdgeServer
import Reactor
import Testing

@Suite struct EndpointHealthTests {
    private static let start = Instant(milliseconds: 1_000_000)
    private static let rules = EndpointHealth.Rules(
        failures: 3, ejection: 4_000, longestEjection: 20_000, probe: 2_000)

    /// One address as sessions meet it, with time and chance in hand.
    private struct Address {
        private var health = EndpointHealth()
        var now = EndpointHealthTests.start
        var chance: UInt64 = 0

        mutating func isGood(mayProbe: Bool = true) -> Bool {
            health.isGood(now: now, mayProbe: mayProbe, chance: chance, EndpointHealthTests.rules)
        }

        mutating func fails() -> EndpointHealth.Change? {
            health.failed(now: now, chance: chance, EndpointHealthTests.rules)
        }

        mutating func succeeds() -> EndpointHealth.Change? { health.succeeded(now: now) }

        mutating func failUntilEjected() -> UInt64 {
            for _ in 0..<EndpointHealthTests.rules.failures {
                if case .ejected(let time) = fails() { return time }
            }
            return 0
        }

        mutating func isLeft() { health.undecided(now: now) }

        var isBlank: Bool { health.isBlank }
    }

    @Test("UP-018: failures in a row leave an address out, and a success in between counts for more")
    func ejection() {
        var address = Address()
        var changes = [address.fails(), address.fails(), address.succeeds(), address.fails(), address.fails()]
        #expect(changes == [nil, nil, nil, nil, nil])
        var isGood = address.isGood()
        #expect(isGood)
        changes = [address.fails(), address.fails()]
        #expect(changes == [.ejected(4_000), nil])
        isGood = address.isGood()
        #expect(!isGood)
    }

    @Test("UP-018: after its time one session tries it, and nobody else before that one has told")
    func probe() {
        var address = Address()
        address.now = address.now + address.failUntilEjected()
        var answers = [address.isGood(mayProbe: false), address.isGood(), address.isGood(), address.isGood()]
        #expect(answers == [false, true, false, false])
        address.now = address.now + Self.rules.probe
        answers = [address.isGood(), address.isGood()]
        #expect(answers == [true, false], "a probe that never told is followed by another one")
        address.isLeft()
        answers = [address.isGood(mayProbe: false), address.isGood(), address.isGood()]
        #expect(answers == [false, true, false], "and one whose browser left at once")
    }

    @Test("UP-018: who leaves changes nothing but for a probe")
    func leaving() {
        var address = Address()
        address.isLeft()
        #expect(address.isBlank)
        let time = address.failUntilEjected()
        address.isLeft()
        var isGood = address.isGood()
        #expect(!isGood)
        address.now = address.now + time
        isGood = address.isGood()
        #expect(isGood)
    }

    @Test("UP-018: a success brings it back slowly, to its whole share in the end")
    func ramp() {
        var address = Address()
        address.now = address.now + address.failUntilEjected()
        _ = address.isGood()
        let change = address.succeeds()
        #expect(change == .returned)
        let begin = address.now
        var shares: [Int] = []
        for part in 0...4 {
            address.now = begin + EndpointHealth.ramp * UInt64(part) / 4
            var share = 0
            for chance in 0..<100 {
                address.chance = UInt64(chance)
                if address.isGood() { share += 1 }
            }
            shares.append(share)
        }
        #expect(shares == [10, 32, 55, 77, 100])
        #expect(address.isBlank)
    }

    @Test("UP-018, XS-028: each further time is twice as long, up to a ceiling, and a success for good forgets that")
    func growth() {
        var address = Address()
        var times = [address.failUntilEjected()]
        for _ in 0..<4 {
            address.now = address.now + times[times.count - 1]
            _ = address.isGood()
            times.append(address.failUntilEjected())
        }
        #expect(times == [4_000, 8_000, 16_000, 20_000, 20_000])
        address.now = address.now + 20_000
        _ = address.isGood()
        _ = address.succeeds()
        address.now = address.now + EndpointHealth.ramp
        _ = address.isGood()
        let again = address.failUntilEjected()
        #expect(again == 4_000)
    }

    @Test("UP-018: while it returns one failure is enough")
    func relapse() {
        var address = Address()
        address.now = address.now + address.failUntilEjected()
        _ = address.isGood()
        _ = address.succeeds()
        let change = address.fails()
        #expect(change == .ejected(8_000))
    }

    @Test("XS-028: chance shortens a time by up to a quarter", arguments: [0, 50, 99, 1_000] as [UInt64])
    func jitter(_ chance: UInt64) {
        var address = Address()
        address.chance = chance
        let time = address.failUntilEjected()
        #expect(time == 4_000 - 10 * min(chance, 99))
    }

    @Test("Tried although it was left out, a success counts and a failure changes nothing")
    func triedAllTheSame() {
        var address = Address()
        _ = address.failUntilEjected()
        var change = address.fails()
        #expect(change == nil)
        change = address.succeeds()
        #expect(change == .returned)
        let isGood = address.isGood()
        #expect(isGood)
    }
}
