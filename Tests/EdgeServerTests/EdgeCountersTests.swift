import EdgeServer
import Testing

@Suite struct EdgeCountersTests {
    @Test("Every limit has its own figure")
    func limits() {
        let counters = EdgeCounters()
        for (place, limit) in LimitName.allCases.enumerated() {
            for _ in 0...place { counters.count(limit) }
        }
        for (place, limit) in LimitName.allCases.enumerated() { #expect(counters.reached(limit) == place + 1) }
    }

    @Test("Every cause of a failed handshake has its own figure, and so has everything that becomes of a lookup")
    func causes() {
        let counters = EdgeCounters()
        for (place, trouble) in HandshakeTrouble.allCases.enumerated() {
            for _ in 0...place { counters.count(trouble) }
        }
        for (place, figure) in LookupFigure.allCases.enumerated() { for _ in 0...place { counters.count(figure) } }
        counters.handshakeDone()
        #expect(HandshakeTrouble.allCases.map(counters.failed) == Array(1...HandshakeTrouble.allCases.count))
        #expect(LookupFigure.allCases.map(counters.lookups) == Array(1...LookupFigure.allCases.count))
        #expect(counters.handshakesDone == 1)
        #expect(LookupFigure(.failed(.unanswered)) == .unanswered && LookupFigure(.failed(.notOffered)) == .absent)
    }

    @Test("Sessions and connections are counted from several threads without a loss")
    func threads() async {
        let counters = EdgeCounters()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<1_000 {
                        counters.sessionBegan()
                        counters.connectionOpened()
                    }
                    for _ in 0..<400 {
                        counters.sessionEnded()
                        counters.connectionClosed()
                    }
                }
            }
        }
        #expect(counters.sessionsNow == 2_400)
        #expect(counters.sessionsTotal == 4_000)
        #expect(counters.connectionsNow == 2_400)
        #expect(counters.connectionsTotal == 4_000)
    }
}
