import BOSHWire
import Testing

/// The end of a session, from either side, and faults.
@Suite struct TerminationTests {
    private func message(_ text: String) -> String { "<message xmlns='jabber:client' id='\(text)'/>" }
    private let goodbye = "<body \(Edge.namespace) type='terminate'/>"

    @Test("BO-104, BO-105: payload of a goodbye is handed on, the held request gets the end, the other is empty")
    func terminate() {
        let edge = Edge.open()
        let held = edge.request(101)
        let last = edge.request(102, "type='terminate'", "<presence xmlns='jabber:client' type='unavailable'/>")
        #expect(edge.upstream == ["<presence xmlns='jabber:client' type='unavailable'/>", "</stream>"])
        #expect(edge.attribute("type", of: held) == "terminate")
        #expect(edge.attribute("condition", of: held) == nil)
        #expect(edge.body(last) == Edge.empty)
        #expect(edge.end == .terminated)
    }

    @Test("BO-105: with nothing held the goodbye itself is answered with the end")
    func terminateAlone() {
        let edge = Edge.open()
        #expect(edge.body(edge.request(101, "type='terminate'")) == goodbye)
    }

    @Test("BO-106: a goodbye waits for its turn")
    func terminateInOrder() {
        let edge = Edge.open()
        let last = edge.request(102, "type='terminate'")
        #expect(edge.body(last) == nil)
        edge.request(101, "", message("a"))
        #expect(edge.upstream == [message("a"), "</stream>"])
        #expect(edge.body(last) != nil)
    }

    @Test("BO-107: the answer to a goodbye is repeated for a while, then the session is unknown")
    func terminateAgain() {
        let edge = Edge.open()
        let last = edge.request(101, "type='terminate'")
        let again = edge.request(101, "type='terminate'")
        #expect(edge.sent[again] == edge.sent[last])
        #expect(edge.upstream == ["</stream>"])
        #expect(edge.body(edge.request(102)) == Edge.terminal("item-not-found"))
        edge.sleep(seconds: 30)
        #expect(edge.isOver)
        #expect(edge.body(edge.request(101)) == Edge.terminal("item-not-found"))
    }

    @Test("BO-108, BO-114: when the server is lost, what it said comes first, then the condition")
    func serverLost() {
        let edge = Edge.open()
        edge.upstreamSends(message("x"))
        edge.close(.remoteConnectionFailed)
        edge.sleep(seconds: 30)
        let handle = edge.request(101)
        #expect(edge.elements(handle) == [message("x")])
        #expect(edge.attribute("condition", of: handle) == "remote-connection-failed")
        let again = edge.request(101)
        #expect(edge.sent[again] == edge.sent[handle])
    }

    @Test("BO-108: more than fits one response still comes whole before the condition")
    func serverLostWithBacklog() {
        var policy = SessionPolicy()
        policy.responseBytes = 60
        let edge = Edge.open(policy: policy)
        edge.upstreamSends(all: ["a", "b"].map(message))
        edge.close(.remoteConnectionFailed)
        let first = edge.request(101)
        #expect(edge.elements(first) == [message("a")])
        #expect(edge.attribute("type", of: first) == nil)
        let second = edge.request(102)
        #expect(edge.elements(second) == [message("b")])
        #expect(edge.attribute("type", of: second) == "terminate")
    }

    @Test("BO-108: the end goes to the request that somebody waits for, not to a lost one before it")
    func serverLostBehindLostConnection() {
        var policy = SessionPolicy()
        policy.hold = 2
        policy.polling = 0
        let edge = Edge.open("ver='1.11' hold='2' wait='50'", policy: policy)
        edge.loseConnection(edge.request(101))
        edge.upstreamSends(message("x"))
        edge.close(.remoteConnectionFailed)
        let live = edge.request(102)
        #expect(edge.elements(live) == [message("x")])
        #expect(edge.attribute("type", of: live) == "terminate")
        let again = edge.request(101)
        #expect(edge.elements(again).isEmpty)
        #expect(edge.attribute("type", of: again) == nil)
    }

    @Test("BO-108: an end that nobody fetches is forgotten after inactivity")
    func unfetched() {
        let edge = Edge.open()
        edge.close(.remoteConnectionFailed)
        edge.sleep(seconds: 59)
        #expect(!edge.isOver)
        edge.sleep(seconds: 1)
        #expect(edge.isOver)
        #expect(edge.end == .closed(.remoteConnectionFailed))
    }

    @Test("BO-109: other open requests learn that it was another that broke the rules")
    func otherRequest() {
        let edge = Edge.open()
        let held = edge.request(101)
        let bad = edge.request(102, "type='foo'")
        #expect(edge.body(held) == Edge.terminal("other-request"))
        #expect(edge.body(bad) == Edge.terminal("bad-request"))
        #expect(edge.order.suffix(2) == [held, bad])
    }

    @Test("BO-110: an unknown type ends the session, an error of the client does not")
    func types() {
        let edge = Edge.open()
        #expect(edge.body(edge.request(101, "type='foo'")) == Edge.terminal("bad-request"))
        let other = Edge.open()
        #expect(other.body(other.request(101, "type='error'")) == nil)
        #expect(!other.isOver)
    }

    @Test("BO-008, BO-016: what cannot be read ends a session it names for certain, and no other")
    func unreadable() {
        let edge = Edge.open()
        let garbage = edge.post("<body sid='\(edge.sid)' rid='101' \(Edge.namespace)")
        #expect(edge.body(garbage) == Edge.terminal("bad-request"))
        #expect(!edge.isOver)
        let truncated = edge.post("<body sid='\(edge.sid)' rid='101' \(Edge.namespace)>\(message("x"))<message>")
        #expect(edge.body(truncated) == Edge.terminal("bad-request"))
        #expect(edge.upstream.isEmpty)
        #expect(edge.isOver)
    }

    @Test("BO-112, BO-116: when the edge stops, every open request is told")
    func shutdown() {
        for condition in [Condition.systemShutdown, .internalServerError] {
            var policy = SessionPolicy()
            policy.hold = 2
            policy.polling = 0
            let edge = Edge.open("ver='1.11' hold='2' wait='50'", policy: policy)
            let handles = [edge.request(101), edge.request(102)]
            edge.close(condition)
            for handle in handles {
                #expect(edge.attribute("condition", of: handle) == String(describing: condition.name))
            }
        }
    }

    @Test("BO-113, XB-012: a stream error is copied whole behind the stanzas before it")
    func streamError() {
        let edge = Edge.open()
        let error =
            "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
        edge.upstreamSends(message("x"))
        edge.upstreamSends(error, usesStreams: true)
        edge.close(.remoteStreamError)
        let handle = edge.request(101)
        #expect(edge.elements(handle) == [message("x"), error])
        #expect(edge.attribute("condition", of: handle) == "remote-stream-error")
        #expect(edge.attribute("xmlns:stream", of: handle) == "http://etherx.jabber.org/streams")
    }

    @Test("BO-117: details of an undefined condition travel inside the body")
    func undefined() {
        let edge = Edge.open()
        edge.upstreamSends("<detail xmlns='urn:example'/>")
        edge.close(.undefinedCondition)
        let handle = edge.request(101)
        #expect(edge.elements(handle) == ["<detail xmlns='urn:example'/>"])
        #expect(edge.attribute("condition", of: handle) == "undefined-condition")
    }

    @Test("BO-105: a goodbye ends a session whose server is already gone")
    func terminateAfterServer() {
        let edge = Edge.open()
        edge.close(.remoteConnectionFailed)
        #expect(edge.attribute("type", of: edge.request(101, "type='terminate'")) == "terminate")
        #expect(edge.upstream.isEmpty)
    }

    @Test("XB-006, XB-007, XB-008: a restart is told, its payload dropped, and it is held for the features")
    func restart() {
        let edge = Edge.open()
        for value in ["true", "1"] {
            let rid: UInt64 = value == "1" ? 102 : 101
            let handle = edge.request(
                rid, "xmpp:restart='\(value)' xmlns:xmpp='urn:xmpp:xbosh' to='example.org'", message("x"))
            edge.sleep(seconds: 3)
            #expect(edge.body(handle) == nil)
            edge.upstreamSends("<stream:features/>", usesStreams: true)
            #expect(edge.elements(handle) == ["<stream:features/>"])
        }
        #expect(edge.upstream == ["<restart/>", "<restart/>"])
    }
}
