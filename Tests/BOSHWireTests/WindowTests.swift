import BOSHWire
import Testing

/// Order of requests, the window of ids, holding and releasing.
@Suite struct WindowTests {
    private func message(_ text: String) -> String { "<message xmlns='jabber:client' id='\(text)'/>" }

    @Test("BO-052: what came early reaches the server in its turn")
    func order() {
        let edge = Edge.open("ver='1.11' wait='50' hold='1'")
        edge.request(102, "", message("second"))
        #expect(edge.upstream.isEmpty)
        edge.request(101, "", message("first"))
        #expect(edge.upstream == [message("first"), message("second")])
    }

    @Test("BO-053, BO-059, BO-062, BO-063: a request is held until the next comes, then answered first")
    func release() {
        let edge = Edge.open()
        let first = edge.request(101)
        #expect(edge.body(first) == nil)
        let second = edge.request(102, "", message("x"))
        #expect(edge.order.suffix(1) == [first])
        #expect(edge.body(second) == nil)
        #expect(edge.elements(first).isEmpty)
    }

    @Test("BO-053: responses leave in the order of ids although requests came in another")
    func responseOrder() {
        let edge = Edge.open()
        let late = edge.request(102, "", message("b"))
        let first = edge.request(101, "", message("a"))
        #expect(edge.order.suffix(1) == [first])
        edge.upstreamSends(message("reply"))
        #expect(edge.order.suffix(2) == [first, late])
        #expect(edge.elements(late) == [message("reply")])
    }

    @Test("BO-054, BO-055: the window is as wide as requests, not wider")
    func window() {
        for hold in [1, 4] {
            var policy = SessionPolicy()
            policy.hold = 4
            let edge = Edge.open("ver='1.11' wait='50' hold='\(hold)'", policy: policy)
            let last = edge.request(101 + UInt64(hold))
            #expect(edge.body(last) == nil)
            let beyond = edge.request(102 + UInt64(hold))
            #expect(edge.body(beyond) == Edge.terminal("item-not-found"))
            #expect(edge.end == .fault(.itemNotFound))
        }
    }

    @Test("BO-056, BO-123, BO-132: too high, too old, unknown and wrongly keyed look the same")
    func noOracle() {
        let high = Edge.open()
        let beyond = high.request(500)
        let low = Edge.open()
        let old = low.request(42)
        let stranger = high.post("<body rid='5' sid='AAAA' \(Edge.namespace)/>")
        #expect(high.sent[beyond] == low.sent[old])
        #expect(high.sent[stranger] == low.sent[old])
        let keyed = Edge.open("ver='1.11' hold='1' newkey='da39a3ee5e6b4b0d3255bfef95601890afd80709'")
        let wrong = keyed.request(101, "key='x'")
        #expect(keyed.sent[wrong] == low.sent[old])
    }

    @Test("BO-057: a gap that stays ends the session, and the request behind it is answered")
    func gap() {
        var policy = SessionPolicy()
        policy.inactivity = 5
        let edge = Edge.open(policy: policy)
        let parked = edge.request(102, "", message("x"))
        edge.sleep(seconds: 4.9)
        #expect(!edge.isOver)
        edge.sleep(seconds: 0.2)
        #expect(edge.isOver)
        #expect(edge.body(parked) == Edge.terminal("item-not-found"))
        #expect(edge.upstream.isEmpty)
    }

    @Test("BO-058: an idle request is answered when wait is over")
    func wait() {
        let edge = Edge.open("ver='1.11' wait='50' hold='1'")
        let handle = edge.request(101)
        edge.sleep(seconds: 49.999)
        #expect(edge.body(handle) == nil)
        edge.sleep(seconds: 0.001)
        #expect(edge.body(handle) == Edge.empty)
    }

    @Test("BO-058: a request behind a gap is sent back when wait is over, and still keeps its place")
    func waitBehindGap() {
        var policy = SessionPolicy()
        policy.wait = 10
        let edge = Edge.open(policy: policy)
        let parked = edge.request(102, "", message("b"))
        edge.sleep(seconds: 10)
        #expect(edge.body(parked) == "<body \(Edge.namespace) type='error'/>")
        edge.request(101, "", message("a"))
        #expect(edge.upstream == [message("a"), message("b")])
    }

    @Test("BO-059: with hold 2 the third request releases the first")
    func holdTwo() {
        var policy = SessionPolicy()
        policy.hold = 2
        policy.polling = 0
        let edge = Edge.open("ver='1.11' wait='50' hold='2'", policy: policy)
        let handles = [edge.request(101), edge.request(102)]
        #expect(edge.body(handles[0]) == nil)
        let third = edge.request(103)
        #expect(edge.body(handles[0]) == Edge.attributed("ack='103'"))
        #expect(edge.body(handles[1]) == nil)
        #expect(edge.body(third) == nil)
    }

    @Test("BO-060: what the server says leaves at once on the oldest request")
    func delivery() {
        let edge = Edge.open()
        let handle = edge.request(101)
        edge.upstreamSends(message("x"))
        #expect(edge.elements(handle) == [message("x")])
    }

    @Test("BO-061: what waited leaves with the next request, all of it in order")
    func queued() {
        let edge = Edge.open()
        for text in ["a", "b", "c"] { edge.upstreamSends(message(text)) }
        let handle = edge.request(101)
        #expect(edge.elements(handle) == ["a", "b", "c"].map(message))
        #expect(edge.waiting == 0)
    }

    @Test("BO-065: two requests back to back on one connection release the first")
    func pipelined() {
        let edge = Edge.open()
        let first = edge.request(101, "", message("a"))
        let second = edge.request(102, "", message("b"))
        #expect(edge.body(first) != nil)
        #expect(edge.body(second) == nil)
        #expect(edge.upstream == [message("a"), message("b")])
    }

    @Test("BO-066: what waits can be counted, so that the owner stops reading the server")
    func pressure() {
        let edge = Edge.open()
        for _ in 0..<100 { edge.upstreamSends(message("x")) }
        #expect(edge.waiting >= 100 * message("x").utf8.count)
        edge.request(101)
        #expect(edge.waiting == 0)
    }

    @Test("BO-067: ten thousand stanzas leave in several responses, cut between stanzas, in order")
    func splitting() {
        var policy = SessionPolicy()
        policy.responseBytes = 20_000
        let edge = Edge.open(policy: policy)
        edge.upstreamSends(all: (0..<10_000).map { message("\($0)") })
        var received: [String] = []
        var rid: UInt64 = 101
        while edge.waiting > 0 {
            let handle = edge.request(rid)
            #expect((edge.body(handle)?.utf8.count ?? 0) < 20_000 + 200)
            received += edge.elements(handle)
            rid += 1
        }
        #expect(received == (0..<10_000).map { message("\($0)") })
        #expect(rid > 120)
    }

    @Test("BO-067: a stanza larger than a response travels alone")
    func largeStanza() {
        var policy = SessionPolicy()
        policy.responseBytes = 1_000
        let edge = Edge.open(policy: policy)
        let large = message(String(repeating: "x", count: 5_000))
        edge.upstreamSends(all: [message("a"), large, message("b")])
        #expect(edge.elements(edge.request(101)) == [message("a")])
        #expect(edge.elements(edge.request(102)) == [large])
        #expect(edge.elements(edge.request(103)) == [message("b")])
    }

    @Test("requests before their turn are bounded in bytes")
    func parkedBytes() {
        var policy = SessionPolicy()
        policy.parkedBytes = 1_000
        let edge = Edge.open(policy: policy)
        let handle = edge.request(102, "", message(String(repeating: "x", count: 1_000)))
        #expect(edge.body(handle) == Edge.terminal("policy-violation"))
    }

    @Test("BO-017: the highest request id works and none comes after it")
    func highestID() {
        let edge = Edge.open(rid: 9_007_199_254_740_990)
        let last = edge.request(9_007_199_254_740_991, "", message("x"))
        #expect(edge.upstream == [message("x")])
        edge.upstreamSends(message("y"))
        #expect(edge.elements(last) == [message("y")])
        let beyond = edge.request(9_007_199_254_740_992)
        #expect(edge.body(beyond) == Edge.terminal("bad-request"))
    }
}
