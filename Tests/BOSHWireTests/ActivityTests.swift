import BOSHWire
import Testing

/// Inactivity, pauses, clients in a hurry, and polling.
@Suite struct ActivityTests {
    private func message(_ text: String) -> String { "<message xmlns='jabber:client' id='\(text)'/>" }

    private func brief() -> SessionPolicy {
        var policy = SessionPolicy()
        policy.inactivity = 5
        return policy
    }

    @Test("BO-085, BO-087: inactivity counts from the last answer, and only while no request is open")
    func inactivity() {
        let edge = Edge.open(policy: brief())
        edge.request(101)
        edge.sleep(seconds: 49)
        #expect(!edge.isOver)
        edge.upstreamSends(message("x"))
        edge.sleep(seconds: 4.9)
        #expect(!edge.isOver)
        edge.sleep(seconds: 0.1)
        #expect(edge.isOver)
    }

    @Test("BO-086: expiry is silent, and the session unknown afterwards")
    func expiry() {
        let edge = Edge.open(policy: brief())
        let answers = edge.order.count
        edge.sleep(seconds: 6)
        #expect(edge.end == .inactivity)
        #expect(edge.order.count == answers)
        #expect(edge.upstream.isEmpty)
        #expect(edge.body(edge.request(101)) == Edge.terminal("item-not-found"))
        #expect(edge.deadline == nil)
    }

    @Test("BO-088: a held request whose connection is lost holds nothing up")
    func lostHolder() {
        let edge = Edge.open(policy: brief())
        let handle = edge.request(101)
        edge.sleep(seconds: 3)
        edge.loseConnection(handle)
        edge.sleep(seconds: 4.9)
        #expect(!edge.isOver)
        edge.sleep(seconds: 0.1)
        #expect(edge.isOver)
    }

    @Test("BO-089, BO-091: a pause answers everything at once and keeps the session for its time")
    func pause() {
        let edge = Edge.open(policy: brief())
        let held = edge.request(101)
        let pause = edge.request(102, "pause='60'")
        #expect(edge.body(held) != nil)
        #expect(edge.body(pause) == Edge.empty)
        edge.sleep(seconds: 59.9)
        #expect(!edge.isOver)
        edge.sleep(seconds: 0.1)
        #expect(edge.isOver)
    }

    @Test("BO-090: the answer to a pause has no payload; the next request gets it")
    func pauseWithoutPayload() {
        let edge = Edge.open()
        edge.upstreamSends(message("x"))
        let pause = edge.request(101, "pause='60'")
        #expect(edge.body(pause) == Edge.empty)
        #expect(edge.elements(edge.request(102)) == [message("x")])
    }

    @Test("BO-092: the next request ends the pause")
    func afterPause() {
        let edge = Edge.open(policy: brief())
        edge.request(101, "pause='60'")
        edge.sleep(seconds: 30)
        edge.request(102)
        edge.upstreamSends(message("x"))
        edge.sleep(seconds: 5)
        #expect(edge.isOver)
    }

    @Test("BO-093: a pause beyond maxpause or beyond sense ends the session")
    func badPause() {
        let cases = [
            ("pause='121'", "policy-violation"), ("pause='x'", "bad-request"), ("pause=''", "bad-request"),
            ("pause='70000'", "bad-request"),
        ]
        for (attribute, condition) in cases {
            let edge = Edge.open()
            #expect(edge.body(edge.request(101, attribute)) == Edge.terminal(condition))
        }
        var policy = SessionPolicy()
        policy.maxPause = 0
        let edge = Edge.open(policy: policy)
        #expect(edge.body(edge.request(101, "pause='1'")) == Edge.terminal("policy-violation"))
    }

    @Test("BO-094: a pause shorter than inactivity shortens it")
    func shortPause() {
        let edge = Edge.open()
        edge.request(101, "pause='2'")
        edge.sleep(seconds: 2)
        #expect(edge.isOver)
    }

    @Test("BO-095: payload of a pause request goes on")
    func pausePayload() {
        let edge = Edge.open()
        edge.request(101, "pause='60'", message("a"))
        #expect(edge.upstream == [message("a")])
    }

    @Test("BO-096: a surplus request is answered at once, so no more than requests are ever open")
    func surplus() {
        let edge = Edge.open()
        var open: [RequestHandle] = []
        for rid in UInt64(101)...130 {
            open.append(edge.request(rid, "", message("\(rid)")))
            #expect(open.count { edge.body($0) == nil } <= 1)
        }
        #expect(!edge.isOver)
    }

    @Test("BO-097: one request more is allowed to leave or to pause, even beyond a gap")
    func farewell() {
        for attribute in ["type='terminate'", "pause='10'"] {
            let edge = Edge.open()
            edge.request(102, "", message("b"))
            let farewell = edge.request(103, attribute)
            #expect(edge.body(farewell) == nil)
            edge.request(101, "", message("a"))
            #expect(edge.upstream.prefix(2) == [message("a"), message("b")])
            #expect(edge.body(farewell) != nil)
        }
        let edge = Edge.open()
        edge.request(102, "", message("b"))
        #expect(edge.body(edge.request(103)) == Edge.terminal("item-not-found"))
    }

    @Test("BO-098: an empty request that fills the window right after another ends the session")
    func hurry() {
        let edge = Edge.open()
        edge.request(101)
        edge.sleep(seconds: 1.9)
        #expect(edge.body(edge.request(102)) == Edge.terminal("policy-violation"))
        let patient = Edge.open()
        patient.request(101)
        patient.sleep(seconds: 2)
        #expect(patient.body(patient.request(102)) == nil)
        let busy = Edge.open()
        busy.request(101)
        #expect(busy.body(busy.request(102, "", message("x"))) == nil)
        let restarting = Edge.open()
        restarting.request(101)
        let restart = "xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'"
        #expect(restarting.body(restarting.request(102, restart)) == nil)
    }

    @Test("BO-099: without a polling interval there is no such rule, and none is advertised")
    func noPollingLimit() {
        var policy = SessionPolicy()
        policy.polling = 0
        let edge = Edge.open(policy: policy)
        for rid in UInt64(101)...200 { edge.request(rid) }
        #expect(!edge.isOver)
        let creation = Edge(policy)
        let handle = creation.post("<body rid='1' to='a' ver='1.11' \(Edge.namespace)/>")
        creation.sleep(seconds: 3)
        #expect(creation.attribute("polling", of: handle) == nil)
    }

    @Test("BO-100: repeats are no activity")
    func repeats() {
        let edge = Edge.open()
        edge.request(101)
        for _ in 0..<5 { edge.request(101) }
        #expect(!edge.isOver)
    }

    @Test("BO-101, BO-103: wait 0 or hold 0 means polling: an answer at once and a longer life")
    func polling() {
        for asked in ["wait='0' hold='1'", "wait='50' hold='0'"] {
            let edge = Edge()
            let creation = edge.post("<body rid='100' to='a' ver='1.11' \(asked) \(Edge.namespace)/>")
            edge.sleep(seconds: 3)
            #expect(edge.attribute("hold", of: creation) == "0")
            #expect(edge.attribute("requests", of: creation) == "1")
            #expect(edge.attribute("inactivity", of: creation) == "120")
            #expect(edge.body(edge.request(101)) == Edge.empty)
            edge.upstreamSends(message("x"))
            edge.sleep(seconds: 10)
            #expect(edge.elements(edge.request(102)) == [message("x")])
        }
    }

    @Test("BO-102: a poll too early after an empty answer ends the session")
    func pollingTooFast() {
        let edge = Edge.open("ver='1.11' hold='0' wait='50'")
        edge.request(101)
        edge.sleep(seconds: 1.9)
        #expect(edge.body(edge.request(102)) == Edge.terminal("policy-violation"))
        let fed = Edge.open("ver='1.11' hold='0' wait='50'")
        fed.upstreamSends(message("x"))
        fed.request(101)
        #expect(fed.body(fed.request(102)) == Edge.empty)
        #expect(fed.body(fed.request(103, "", message("y"))) == Edge.empty)
        let patient = Edge.open("ver='1.11' hold='0' wait='50'")
        patient.request(101)
        patient.sleep(seconds: 2)
        #expect(patient.body(patient.request(102)) == Edge.empty)
    }
}
