import BOSHWire
import Testing

/// Creation of a session: what is asked, granted and refused.
@Suite struct SessionTermsTests {
    private let namespace = Edge.namespace

    private func create(_ attributes: String, policy: SessionPolicy = SessionPolicy()) -> (Edge, RequestHandle) {
        let edge = Edge(policy)
        let handle = edge.post("<body rid='10' to='example.org' \(attributes) \(namespace)/>")
        edge.sleep(seconds: 3)
        return (edge, handle)
    }

    private func refused(_ attributes: String) -> String? {
        let edge = Edge()
        let handle = edge.post("<body \(attributes) \(namespace)/>")
        return edge.exists ? nil : edge.body(handle)
    }

    @Test("BO-020, BO-025, BO-026, BO-047, BO-068: a request without sid gets a session and all that was agreed on")
    func creation() {
        let (edge, handle) = create("ver='1.11' wait='50' hold='1'")
        #expect(edge.attribute("sid", of: handle) == edge.sid)
        let expected = [
            "wait": "50", "hold": "1", "requests": "2", "ver": "1.11", "polling": "2", "inactivity": "60",
            "maxpause": "120", "ack": "10",
        ]
        for (name, value) in expected { #expect(edge.attribute(name, of: handle) == value, "\(name)") }
    }

    @Test("BO-026, BO-041, XB-011: the server's domain and stream id come with the first response that knows them")
    func streamFacts() {
        let edge = Edge()
        let first = edge.post("<body rid='10' to='example.org' ver='1.11' \(namespace)/>")
        edge.streamOpened(from: "example.org", id: "a<b")
        edge.upstreamSends("<f xmlns='u'/>")
        #expect(edge.attribute("from", of: first) == "example.org")
        #expect(edge.attribute("authid", of: first) == "a<b")
        #expect(edge.attribute("xmpp:version", of: first) == "1.0")
        let (late, creation) = create("ver='1.11'")
        #expect(late.attribute("from", of: creation) == nil)
        late.streamOpened(from: "example.org", id: "x")
        let next = late.request(11)
        late.upstreamSends("<f xmlns='u'/>")
        #expect(late.attribute("from", of: next) == "example.org")
        let last = late.request(12)
        late.upstreamSends("<g xmlns='u'/>")
        #expect(late.attribute("from", of: last) == nil)
    }

    @Test("BO-027, BO-040: later responses repeat none of it, and nothing offers charsets")
    func saidOnce() {
        let edge = Edge.open()
        let handle = edge.request(101)
        edge.upstreamSends("<message xmlns='jabber:client'/>")
        #expect(edge.body(handle) == "<body \(namespace)><message xmlns='jabber:client'/></body>")
        let (other, creation) = create("ver='1.11'")
        #expect(other.attribute("charsets", of: creation) == nil)
        #expect(other.attribute("accept", of: creation) == nil)
    }

    @Test("BO-038: gzip is offered only when it is decoded")
    func accept() {
        var policy = SessionPolicy()
        policy.decodesGzip = true
        let (edge, handle) = create("ver='1.11'", policy: policy)
        #expect(edge.attribute("accept", of: handle) == "gzip")
    }

    @Test("BO-020, BO-022: without sid and to there is no session")
    func addressing() {
        #expect(refused("rid='1' ver='1.11'") == Edge.terminal("improper-addressing"))
        #expect(refused("rid='1' ver='1.11' to=''") == Edge.terminal("improper-addressing"))
    }

    @Test("BO-021: an empty or unknown sid is never a new session")
    func unknownSession() {
        #expect(refused("rid='1' sid='' to='example.org'") == Edge.terminal("item-not-found"))
        #expect(refused("rid='1' sid='nonsense' to='example.org'") == Edge.terminal("item-not-found"))
        let stranger = String(decoding: SessionID(home: 1).text, as: UTF8.self)
        #expect(refused("rid='1' sid='\(stranger)' to='example.org'") == Edge.terminal("item-not-found"))
    }

    @Test("BO-029, BO-030, BO-031, BO-032: wait and hold are at most what was asked and what is allowed")
    func waitAndHold() {
        var policy = SessionPolicy()
        policy.wait = 30
        policy.hold = 2
        let cases = [
            ("wait='60' hold='1'", "30", "1", "2"), ("wait='10' hold='5'", "10", "2", "3"),
            ("", "30", "2", "3"), ("wait='10' hold='1'", "10", "1", "2"),
        ]
        for (asked, wait, hold, requests) in cases {
            let (edge, handle) = create("ver='1.11' \(asked)", policy: policy)
            #expect(edge.attribute("wait", of: handle) == wait, "\(asked)")
            #expect(edge.attribute("hold", of: handle) == hold, "\(asked)")
            #expect(edge.attribute("requests", of: handle) == requests, "\(asked)")
        }
    }

    @Test("BO-018, BO-030: numbers that are none refuse the session")
    func malformedNumbers() {
        for bad in ["wait='abc'", "hold='-1'", "wait='99999999999'", "hold='256'", "wait=''", "hold='1.5'"] {
            #expect(refused("rid='1' to='example.org' ver='1.11' \(bad)") == Edge.terminal("bad-request"), "\(bad)")
        }
    }

    @Test("BO-033, BO-034: the lower version is answered, compared as numbers")
    func versions() {
        for (asked, answered) in [("1.6", "1.6"), ("1.10", "1.10"), ("1.9", "1.9"), ("2.0", "1.11"), ("1.11", "1.11")] {
            let (edge, handle) = create("ver='\(asked)'")
            #expect(edge.attribute("ver", of: handle) == answered)
        }
        #expect(refused("rid='1' to='example.org' ver='1.x'")?.contains("bad-request") == true)
    }

    @Test("BO-035, BO-036, BO-037: only harmless content types are taken from the client")
    func contentTypes() {
        let cases: [(String, StaticString)] = [
            ("", "text/xml; charset=utf-8"), ("content='text/html'", "text/xml; charset=utf-8"),
            ("content='text/xml; charset=utf-8'", "text/xml; charset=utf-8"),
            ("content='Application/XML'", "application/xml; charset=utf-8"),
            ("content='text/plain ; x=y'", "text/plain; charset=utf-8"),
        ]
        for (asked, granted) in cases {
            let (edge, _) = create("ver='1.11' \(asked)")
            #expect(edge.contentType == String(describing: granted), "\(asked)")
        }
        for bad in ["a&#13;&#10;Set-Cookie: x=1", "text/xml&#127;", "text&#9;xml"] {
            #expect(
                refused("rid='1' to='example.org' ver='1.11' content='\(bad)'") == Edge.terminal("bad-request"))
        }
    }

    @Test("BO-042, BO-043, BO-046, BO-128: route, secure and stream change nothing, whatever they say")
    func ignoredAttributes() {
        let long = String(repeating: "x", count: 1 << 20)
        for more in [
            "route='xmpp:evil:22'", "route='xmpp:[::1]:5222'", "route='\(long)'", "secure='true'", "stream='s'",
        ] {
            let (edge, handle) = create("ver='1.11' \(more)")
            #expect(edge.attribute("wait", of: handle) == "55")
            #expect(edge.attribute("stream", of: handle) == nil)
        }
    }

    @Test("BO-048, XB-003: the creation request waits for features, but not long")
    func patience() {
        let edge = Edge()
        let quick = edge.post("<body rid='10' to='example.org' ver='1.11' \(namespace)/>")
        edge.sleep(seconds: 0.01)
        #expect(edge.body(quick) == nil)
        edge.upstreamSends("<stream:features/>", usesStreams: true)
        #expect(edge.elements(quick) == ["<stream:features/>"])
        let slow = Edge()
        let creation = slow.post("<body rid='10' to='example.org' ver='1.11' \(namespace)/>")
        slow.sleep(seconds: 1.9)
        #expect(slow.body(creation) == nil)
        slow.sleep(seconds: 0.2)
        #expect(slow.elements(creation).isEmpty)
        #expect(slow.attribute("sid", of: creation) == slow.sid)
        let impatient = Edge()
        let first = impatient.post("<body rid='10' to='example.org' ver='1.11' wait='1' \(namespace)/>")
        impatient.sleep(seconds: 1)
        #expect(impatient.body(first) != nil)
    }

    @Test("BO-051: a creation request that comes twice makes two sessions, and the lost one dies by inactivity")
    func creationTwice() {
        let (first, _) = create("ver='1.11'")
        let (second, _) = create("ver='1.11'")
        #expect(first.sid != second.sid)
        first.sleep(seconds: 60)
        #expect(first.isOver)
        #expect(first.end == .inactivity)
    }

    @Test("BO-049, BO-111, BO-114: a server that cannot be reached ends the creation with its condition")
    func connectFailure() {
        let edge = Edge()
        let handle = edge.post("<body rid='10' to='example.org' ver='1.11' \(namespace)/>")
        edge.close(.remoteConnectionFailed)
        #expect(edge.attribute("condition", of: handle) == "remote-connection-failed")
        #expect(edge.attribute("type", of: handle) == "terminate")
        #expect(edge.sent[handle]?.status == 200)
    }

    @Test("BO-119, BO-120, BO-121, BO-122: HTTP errors are for clients without a version only")
    func legacyStatus() {
        for (attribute, status) in [("", UInt16(400)), ("ver='1.6'", 200)] {
            let edge = Edge.open("\(attribute) wait='50' hold='1'")
            let handle = edge.request(101, "type='foo'")
            #expect(edge.sent[handle]?.status == status)
        }
        for (attribute, status) in [("", UInt16(403)), ("ver='1.6'", 200)] {
            let edge = Edge.open("\(attribute) wait='50' hold='1'")
            let handle = edge.request(101, "pause='9999'")
            #expect(edge.sent[handle]?.status == status)
        }
        for (attribute, status) in [("", UInt16(404)), ("ver='1.6'", 200)] {
            let edge = Edge.open("\(attribute) wait='50' hold='1'")
            let handle = edge.request(200)
            #expect(edge.sent[handle]?.status == status)
        }
    }

    @Test("XB-005: restart logic is advertised in its namespace")
    func restartLogic() {
        let (edge, handle) = create("ver='1.11'")
        #expect(edge.attribute("xmpp:restartlogic", of: handle) == "true")
        #expect(edge.attribute("xmlns:xmpp", of: handle) == "urn:xmpp:xbosh")
    }

    @Test("stanzas in a creation request reach nobody")
    func payloadAtCreation() {
        let edge = Edge()
        edge.post("<body rid='10' to='example.org' ver='1.11' \(namespace)><message xmlns='jabber:client'/></body>")
        #expect(edge.exists)
        #expect(edge.upstream.isEmpty)
    }
}
