import LoadTest
import Testing

@Suite struct PaceTests {
    @Test func eventsOfAConstantRateAreEvenlySpaced() {
        let pace = Pace(rate: 1_000)
        #expect((0..<4).map { pace.time(of: $0) } == [0, 1_000_000, 2_000_000, 3_000_000])
        #expect(pace.time(of: 3_600_000) == 3_600_000_000_000)
    }

    @Test func aRampReachesItsRateWithHalfOfTheEvents() {
        let pace = Pace(rate: 100, ramp: 2)
        #expect(pace.time(of: 0) == 0)
        // A quarter of the ramp's 100 events in its first half.
        #expect(pace.time(of: 25) == 1_000_000_000)
        #expect(pace.time(of: 100) == 2_000_000_000)
        #expect(pace.time(of: 200) == 3_000_000_000)
    }

    @Test func anEventThatIsLateKeepsTheTimeItShouldHaveHad() {
        let pace = Pace(rate: 10)
        #expect(pace.next(done: 3, elapsed: 299_999_999) == .wait(until: 300_000_000))
        #expect(pace.next(done: 3, elapsed: 300_000_000) == .act(intended: 300_000_000))
        #expect(pace.next(done: 3, elapsed: 9_000_000_000) == .act(intended: 300_000_000))
    }
}
