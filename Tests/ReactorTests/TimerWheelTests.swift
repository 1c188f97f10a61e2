import Testing
import WireTesting

import Reactor

@Suite struct TimerWheelTests {
    @Test("a token comes up once, not before its time and at most a tick after it")
    func oneDeadline() {
        var wheel = TimerWheel(now: Instant(milliseconds: 1_000_000))
        let armed = wheel.arm(7, at: Instant(milliseconds: 1_000_500), now: Instant(milliseconds: 1_000_000))
        #expect(armed >= Instant(milliseconds: 1_000_500))
        var due: [UInt64] = []
        for time in stride(from: UInt64(1_000_000), through: 1_000_640, by: 1) {
            let now = Instant(milliseconds: time)
            #expect(wheel.isDue(at: now) == (now >= armed && due.isEmpty))
            if wheel.isDue(at: now) { wheel.advance(to: now, into: &due) }
        }
        #expect(due == [7])
        #expect(wheel.millisecondsToNext(from: Instant(milliseconds: 1_000_700)) == -1)
    }

    @Test("after a long time without deadlines the whole wheel is ahead again")
    func idle() {
        var wheel = TimerWheel(now: Instant(milliseconds: 0))
        let now = Instant(milliseconds: 3_600_000)
        let armed = wheel.arm(1, at: now + 60_000, now: now)
        #expect(armed >= now + 60_000)
        #expect(armed <= now + 60_064)
        #expect(wheel.millisecondsToNext(from: now) == Int32(armed.since(now)))
    }

    @Test("random deadlines come up in time, each once")
    func random() {
        var random = SplitMix64(seed: 5)
        var now = Instant(milliseconds: 12_345)
        var wheel = TimerWheel(now: now)
        var waiting: [UInt64: Instant] = [:]
        var next: UInt64 = 1
        for _ in 0..<20_000 {
            if Bool.random(using: &random) {
                let deadline = now + UInt64.random(in: 0...70_000, using: &random)
                let armed = wheel.arm(next, at: deadline, now: now)
                // Beyond one turn of the wheel it comes up early, to be armed again.
                #expect(armed >= deadline || armed >= now + 65_000)
                waiting[next] = armed
                next += 1
            }
            let first = waiting.values.min()
            let wait = wheel.millisecondsToNext(from: now)
            #expect(wait == (first.map { Int32($0.since(now)) } ?? -1))
            now = now + UInt64.random(in: 0...200, using: &random)
            var due: [UInt64] = []
            if wheel.isDue(at: now) { wheel.advance(to: now, into: &due) }
            let expected = waiting.filter { $0.value <= now }.keys
            #expect(due.sorted() == expected.sorted())
            for token in due { waiting[token] = nil }
        }
        #expect(next > 9_000)
    }
}
