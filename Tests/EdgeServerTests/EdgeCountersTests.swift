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
