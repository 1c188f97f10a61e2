import BOSHWire
import Testing

/// Acknowledgements of requests and of responses.
@Suite struct AcknowledgementTests {
    private func message(_ text: String) -> String { "<message xmlns='jabber:client' id='\(text)'/>" }

    @Test("BO-069: the answer to the newest request needs no ack")
    func omitted() {
        let edge = Edge.open()
        let handle = edge.request(101)
        edge.upstreamSends(message("x"))
        #expect(edge.attribute("ack", of: handle) == nil)
    }

    @Test("BO-070: ack names the highest request without a gap before it")
    func withoutGap() {
        let edge = Edge.open(rid: 9)
        let held = edge.request(10)
        edge.request(11, "", message("a"))
        #expect(edge.attribute("ack", of: held) == "11")
        let other = Edge.open(rid: 9)
        let first = other.request(10)
        other.request(12, "", message("c"))
        #expect(other.attribute("ack", of: first) == nil)
        #expect(other.body(first) != nil)
    }

    @Test("BO-071: of a client that acknowledges, silence means that all came, and nothing is kept")
    func silence() {
        let edge = Edge.open("ver='1.11' wait='50' hold='1' ack='1'")
        edge.request(101)
        edge.upstreamSends(message("x"))
        edge.request(102)
        #expect(edge.body(edge.request(101)) == Edge.terminal("item-not-found"))
    }

    @Test("BO-072: a response the client seems to lack is reported at once, with its age")
    func report() {
        let edge = Edge.open("ver='1.11' wait='50' hold='1' ack='1'", rid: 9)
        edge.request(10)
        edge.upstreamSends(message("a"))
        let lost = edge.request(11)
        edge.upstreamSends(message("b"))
        edge.sleep(seconds: 7)
        let next = edge.request(12, "ack='10'")
        #expect(edge.attribute("report", of: next) == "11")
        #expect(edge.attribute("time", of: next) == "7000")
        let again = edge.request(11)
        #expect(edge.sent[again] == edge.sent[lost])
        edge.request(13, "ack='12'")
        #expect(edge.body(edge.request(12)) == Edge.terminal("item-not-found"))
    }

    @Test("BO-072: the age of a lost response stays within its type")
    func oldReport() {
        var policy = SessionPolicy()
        policy.maxPause = 200
        let edge = Edge.open("ver='1.11' wait='50' hold='1' ack='1'", rid: 9, policy: policy)
        edge.request(10)
        edge.upstreamSends(message("a"))
        edge.request(11, "pause='200' ack='10'")
        edge.sleep(seconds: 100)
        edge.upstreamSends(message("b"))
        let next = edge.request(12, "ack='9'")
        #expect(edge.attribute("report", of: next) == nil)
        let old = Edge.open("ver='1.11' wait='50' hold='1' ack='1'", rid: 9, policy: policy)
        old.request(10)
        old.upstreamSends(message("a"))
        old.request(11, "pause='200' ack='9'")
        old.sleep(seconds: 100)
        #expect(old.attribute("time", of: old.request(12, "ack='9'")) == "65535")
    }

    @Test("BO-073: an acknowledgement of what was never sent frees nothing")
    func nonsense() {
        let edge = Edge.open("ver='1.11' wait='50' hold='1' ack='1'")
        edge.request(101)
        edge.upstreamSends(message("x"))
        edge.request(102, "ack='999999'")
        #expect(edge.elements(edge.request(101)) == [message("x")])
        let other = Edge.open("ver='1.11' wait='50' hold='1' ack='1'")
        #expect(other.body(other.request(101, "ack='abc'")) == Edge.terminal("bad-request"))
    }

    @Test("BO-074: without ack='1' at creation an ack changes nothing")
    func withoutAgreement() {
        let edge = Edge.open()
        edge.request(101)
        edge.upstreamSends(message("x"))
        let next = edge.request(102, "ack='101'")
        #expect(edge.body(next) == nil)
        #expect(edge.elements(edge.request(101)) == [message("x")])
        edge.request(103, "ack='100'", message("y"))
        #expect(edge.attribute("report", of: next) == nil)
    }

    @Test("BO-077: what a client leaves unacknowledged is bounded in number and bytes")
    func boundedReplay() {
        var policy = SessionPolicy()
        policy.replayResponses = 4
        let edge = Edge.open("ver='1.11' wait='50' hold='1' ack='1'", policy: policy)
        for rid in UInt64(101)...120 {
            edge.upstreamSends(message("\(rid)"))
            edge.request(rid, "ack='100'")
        }
        for rid in UInt64(117)...120 { #expect(edge.elements(edge.request(rid)) == [message("\(rid)")]) }
        edge.sleep(seconds: 2)
        #expect(edge.body(edge.request(116)) == Edge.terminal("item-not-found"))
        policy.replayResponses = 16
        policy.replayBytes = 100
        let small = Edge.open("ver='1.11' wait='50' hold='1' ack='1'", policy: policy)
        for rid in UInt64(101)...103 {
            small.upstreamSends(message("\(rid)"))
            small.request(rid, "ack='100'")
        }
        #expect(small.elements(small.request(103)) == [message("103")])
        #expect(small.body(small.request(102)) == Edge.terminal("item-not-found"))
    }
}
