import BOSHWire
import Testing

/// Requests that come again, and connections that are lost.
@Suite struct RepeatTests {
    private let error = "<body \(Edge.namespace) type='error'/>"
    private func message(_ text: String) -> String { "<message xmlns='jabber:client' id='\(text)'/>" }

    @Test("BO-075, BO-076, BO-081, BO-082: a repeat gets the same bytes, and its payload goes nowhere")
    func replay() {
        let edge = Edge.open()
        let first = edge.request(101, "", message("one"))
        edge.upstreamSends(message("reply"))
        let again = edge.request(101, "", message("one"))
        let changed = edge.request(101, "", message("two"))
        #expect(edge.sent[again] == edge.sent[first])
        #expect(edge.sent[changed] == edge.sent[first])
        #expect(edge.elements(changed) == [message("reply")])
        #expect(edge.upstream == [message("one")])
    }

    @Test("BO-077, BO-074: as many responses are kept as there are requests; older ones end the session")
    func depth() {
        for (old, kept) in [(UInt64(102), true), (103, true), (101, false)] {
            let edge = Edge.open()
            for rid in UInt64(101)...103 {
                edge.request(rid)
                edge.upstreamSends(message("\(rid)"))
            }
            let again = edge.request(old)
            #expect((edge.body(again) == Edge.terminal("item-not-found")) == !kept, "\(old)")
            #expect(edge.isOver == !kept)
        }
    }

    @Test("BO-081: the newest response is kept however large it is")
    func largeReplay() {
        var policy = SessionPolicy()
        policy.replayBytes = 100
        let edge = Edge.open(policy: policy)
        let large = message(String(repeating: "x", count: 1_000))
        edge.request(101)
        edge.upstreamSends(large)
        #expect(edge.elements(edge.request(101)) == [large])
    }

    @Test("BO-078: the answer to a pause is not kept")
    func pauseIsNotKept() {
        let edge = Edge.open()
        edge.request(101, "pause='60'")
        #expect(edge.body(edge.request(101, "pause='60'")) == Edge.terminal("item-not-found"))
    }

    @Test("BO-079, BO-118: sent again while it is held, the old request is sent away and the new one waits")
    func whileHeld() {
        let edge = Edge.open()
        let old = edge.request(101)
        let new = edge.request(101)
        #expect(edge.body(old) == error)
        #expect(edge.body(new) == nil)
        edge.upstreamSends(message("x"))
        #expect(edge.elements(new) == [message("x")])
        #expect(edge.body(old) == error)
    }

    @Test("BO-079: the same behind a gap, as often as it likes")
    func whileParked() {
        let edge = Edge.open()
        let old = edge.request(102, "", message("b"))
        let middle = edge.request(102, "", message("b"))
        let new = edge.request(102, "", message("c"))
        #expect(edge.body(old) == error)
        #expect(edge.body(middle) == error)
        edge.request(101, "", message("a"))
        #expect(edge.upstream == [message("a"), message("b")])
        #expect(edge.body(new) == nil)
    }

    @Test("BO-058, BO-079: a request that came again is held for a whole wait of its own")
    func waitOfRepeat() {
        let edge = Edge.open("ver='1.11' wait='50' hold='1'")
        edge.request(101)
        edge.sleep(seconds: 40)
        let new = edge.request(101)
        edge.sleep(seconds: 49)
        #expect(edge.body(new) == nil)
        edge.sleep(seconds: 1)
        #expect(edge.body(new) == Edge.empty)
    }

    @Test("BO-064, BO-080: a lost connection loses nothing")
    func lostConnection() {
        let edge = Edge.open()
        let lost = edge.request(101)
        edge.loseConnection(lost)
        edge.upstreamSends(message("x"))
        let again = edge.request(101)
        #expect(edge.elements(again) == [message("x")])
        #expect(edge.body(lost) == nil)
    }

    @Test("BO-080: the next request may come before the lost one is repeated")
    func nextAfterLost() {
        let edge = Edge.open()
        edge.loseConnection(edge.request(101))
        edge.upstreamSends(message("x"))
        let next = edge.request(102)
        #expect(edge.elements(next) == [message("x")])
        let again = edge.request(101)
        #expect(edge.elements(again).isEmpty)
        #expect(edge.attribute("type", of: again) == nil)
        #expect(!edge.isOver)
    }

    @Test("BO-056, BO-080: a copy that comes late does not end the session of a client that waits with a newer one")
    func lateCopy() {
        let edge = Edge.open()
        for rid in UInt64(101)...104 {
            edge.request(rid)
            edge.upstreamSends(message("x"))
        }
        let held = edge.request(105)
        #expect(edge.body(edge.request(101)) == Edge.terminal("item-not-found"))
        #expect(!edge.isOver)
        edge.upstreamSends(message("y"))
        #expect(edge.elements(held) == [message("y")])
    }

    @Test("BO-083: a storm of repeats ends the session, five do not")
    func storm() {
        let edge = Edge.open()
        edge.request(101)
        edge.upstreamSends(message("x"))
        for _ in 0..<5 { #expect(edge.elements(edge.request(101)) == [message("x")]) }
        var last = edge.request(101)
        for _ in 0..<60 where !edge.isOver { last = edge.request(101) }
        #expect(edge.body(last) == Edge.terminal("policy-violation"))
        let slow = Edge.open()
        slow.request(101)
        slow.upstreamSends(message("x"))
        for _ in 0..<50 {
            slow.sleep(seconds: 0.2)
            #expect(slow.elements(slow.request(101)) == [message("x")])
        }
    }

    @Test("BO-084: after a repeat the session goes on as if there had been none")
    func repeatChangesNothing() {
        let edge = Edge.open()
        edge.request(101, "", message("a"))
        edge.upstreamSends(message("x"))
        edge.request(101, "", message("a"))
        edge.request(102, "", message("b"))
        #expect(edge.upstream == [message("a"), message("b")])
        edge.upstreamSends(message("y"))
        #expect(edge.elements(edge.request(101)) == [message("x")])
    }
}
