import EdgeServer
import Reactor
import Testing
import WireTesting

@Suite struct OpeningLineTests {
    private static let start = Instant(milliseconds: 1_000_000)

    private static func rules(
        perSecond: Int = 0, opening: Int = 0, waiting: Int = 100_000, wait: UInt64 = 3_600_000
    ) -> OpeningLine<Int>.Rules {
        OpeningLine.Rules(perSecond: perSecond, opening: opening, waiting: waiting, wait: wait)
    }

    @Test(
        "XS-028: a thousand at once have their turns in order, and no second has more than the rate",
        arguments: [1, 7, 10, 100, 333, 5_000])
    func rate(_ perSecond: Int) {
        var random = SplitMix64(seed: UInt64(perSecond))
        var line = OpeningLine<Int>(Self.rules(perSecond: perSecond), now: Self.start)
        var turns: [(who: Int, at: UInt64)] = []
        for who in 0..<1_000 where line.enter(who, now: Self.start) == .go { turns.append((who, 0)) }
        var time: UInt64 = 0
        while turns.count < 1_000 && time < 2_000_000 {
            // Turns of a loop, neither even nor often.
            time += UInt64.random(in: 1...90, using: &random)
            while let who = line.next(now: Self.start + time) { turns.append((who, time)) }
        }
        #expect(turns.map(\.who) == Array(0..<1_000))
        for (place, turn) in turns.enumerated() where place + perSecond < turns.count {
            #expect(turns[place + perSecond].at >= turn.at + 1_000, "in a second from \(turn.at)")
        }
        // Not much slower either: eight tenths, and what comes late by a turn where there is no reserve.
        let lateness: UInt64 = perSecond < 10 ? 90_000 : 1_200
        #expect(time <= UInt64(1_000_000 * 10 / (8 * perSecond)) + lateness, "\(time)")
    }

    @Test("So many are under way at one time, and each end lets one follow")
    func opening() {
        var line = OpeningLine<Int>(Self.rules(opening: 2), now: Self.start)
        let answers = (0..<4).map { line.enter($0, now: Self.start) }
        #expect(answers == [.go, .go, .wait(place: 0), .wait(place: 1)])
        var next = line.next(now: Self.start)
        #expect(next == nil)
        line.ended(wasRefused: false)
        next = line.next(now: Self.start)
        #expect(next == 2)
        next = line.next(now: Self.start)
        #expect(next == nil)
        #expect(line.waiting == 1)
    }

    @Test("Nobody overtakes those who wait")
    func order() {
        var line = OpeningLine<Int>(Self.rules(perSecond: 1), now: Self.start)
        _ = line.enter(1, now: Self.start)
        _ = line.enter(2, now: Self.start)
        let later = Self.start + 5_000
        let answer = line.enter(3, now: later)
        #expect(answer == .wait(place: 1))
        let next = line.next(now: later)
        #expect(next == 2)
    }

    @Test("Whoever leaves is passed over, once, whatever the place")
    func leaving() {
        var line = OpeningLine<Int>(Self.rules(opening: 1), now: Self.start)
        for who in 0..<300 { _ = line.enter(who, now: Self.start) }
        for place in 0..<299 where place % 3 != 0 { line.leave(place) }
        line.leave(1)
        line.leave(-1)
        line.leave(1_000)
        #expect(line.waiting == 100)
        #expect(line.tickets.count == 100)
        var turns: [Int] = []
        for _ in 0..<100 {
            line.ended(wasRefused: false)
            if let next = line.next(now: Self.start) { turns.append(next) }
        }
        #expect(turns == (0..<299).filter { $0 % 3 == 0 }.map { $0 + 1 })
        line.leave(0)
        #expect(line.waiting == 0)
        line.ended(wasRefused: false)
        #expect(line.isBlank(at: Self.start))
    }

    @Test("The line is bounded, in places and in time")
    func bounds() {
        var short = OpeningLine<Int>(Self.rules(opening: 1, waiting: 2), now: Self.start)
        var answers = (0..<4).map { short.enter($0, now: Self.start) }
        #expect(answers == [.go, .wait(place: 0), .wait(place: 1), .full])
        var slow = OpeningLine<Int>(Self.rules(perSecond: 1, wait: 2_000), now: Self.start)
        answers = (0..<5).map { slow.enter($0, now: Self.start) }
        #expect(answers == [.go, .wait(place: 0), .wait(place: 1), .wait(place: 2), .tooLong])
    }

    @Test("A refused connection does not count, so that the line of a dead server moves on")
    func refused() {
        var line = OpeningLine<Int>(Self.rules(perSecond: 1, opening: 1), now: Self.start)
        _ = line.enter(1, now: Self.start)
        _ = line.enter(2, now: Self.start)
        line.ended(wasRefused: true)
        let next = line.next(now: Self.start)
        #expect(next == 2)
    }

    @Test("Other rules count at once, and give nobody a second reserve")
    func otherRules() {
        var line = OpeningLine<Int>(Self.rules(perSecond: 10), now: Self.start)
        for who in 0..<5 { _ = line.enter(who, now: Self.start) }
        line.adopt(Self.rules(perSecond: 1_000), now: Self.start)
        var next = line.next(now: Self.start)
        #expect(next == nil)
        next = line.next(now: Self.start + 2)
        #expect(next == 2)
    }

    @Test("Without limits everybody goes")
    func unlimited() {
        var line = OpeningLine<Int>(Self.rules(), now: Self.start)
        for who in 0..<10_000 {
            let answer = line.enter(who, now: Self.start)
            #expect(answer == .go)
        }
    }
}
