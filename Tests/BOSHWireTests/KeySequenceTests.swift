import BOSHWire
import Bytes
import Crypto
import Testing

/// Proof that requests come from who began the session.
@Suite struct KeySequenceTests {
    /// Keys in the order of their use, beginning with `newkey`.
    private func keys(_ count: Int, seed: String = "seed") -> [String] {
        var key = Array(seed.utf8)
        let all = (0..<count).map { _ in
            key = Hex.encode(HashFunction.sha1.digest(key))
            return String(decoding: key, as: UTF8.self)
        }
        return all.reversed()
    }

    private func message(_ text: String) -> String { "<message xmlns='jabber:client' id='\(text)'/>" }

    @Test("BO-124: each key hashes to the one before, in either case of letters")
    func chain() {
        for upper in [false, true] {
            let keys = keys(4)
            let edge = Edge.open("ver='1.11' hold='1' newkey='\(upper ? keys[0].uppercased() : keys[0])'")
            for index in 1..<4 { edge.request(100 + UInt64(index), "key='\(keys[index])'", message("\(index)")) }
            #expect(edge.upstream == ["1", "2", "3"].map(message))
            #expect(!edge.isOver)
        }
    }

    @Test("BO-125: a wrong or missing key ends the session, and nothing of the request is used")
    func wrongKey() {
        let keys = keys(4)
        for attribute in ["", "key='\(keys[2])'", "key='\(keys[0])'", "key=''"] {
            let edge = Edge.open("ver='1.11' hold='1' newkey='\(keys[0])'")
            let handle = edge.request(101, attribute, message("x"))
            #expect(edge.body(handle) == Edge.terminal("item-not-found"), "\(attribute)")
            #expect(edge.upstream.isEmpty)
            #expect(edge.isOver)
        }
    }

    @Test("BO-126: a new sequence begins where the old one ends")
    func newSequence() {
        let old = keys(2)
        let new = keys(3, seed: "other")
        let edge = Edge.open("ver='1.11' hold='1' newkey='\(old[0])'")
        edge.request(101, "key='\(old[1])' newkey='\(new[0])'", message("a"))
        edge.request(102, "key='\(new[1])'", message("b"))
        edge.request(103, "key='\(new[2])'", message("c"))
        #expect(edge.upstream == ["a", "b", "c"].map(message))
    }

    @Test("BO-127: keys count in the order of requests, and a repeat needs the key it had")
    func keysInOrder() {
        let keys = keys(5)
        let edge = Edge.open("ver='1.11' hold='1' newkey='\(keys[0])'")
        edge.request(102, "key='\(keys[2])'", message("b"))
        edge.request(101, "key='\(keys[1])'", message("a"))
        #expect(edge.upstream == ["a", "b"].map(message))
        edge.upstreamSends(message("x"))
        let again = edge.request(102, "key='\(keys[2])'")
        #expect(edge.elements(again) == [message("x")])
        #expect(edge.body(edge.request(102, "key='\(keys[1])'")) == Edge.terminal("item-not-found"))
        #expect(edge.isOver)
    }

    @Test("BO-127: a repeat of an open request with another key is refused")
    func repeatOfOpen() {
        let keys = keys(3)
        for parked in [false, true] {
            let edge = Edge.open("ver='1.11' hold='1' newkey='\(keys[0])'")
            let rid: UInt64 = parked ? 102 : 101
            edge.request(rid, "key='\(keys[parked ? 2 : 1])'")
            #expect(edge.body(edge.request(rid, "key='x'")) == Edge.terminal("item-not-found"))
        }
    }

    @Test("BO-124: a newkey that is no digest makes no session")
    func malformed() {
        for bad in ["", "xyz", String(repeating: "g", count: 40), String(repeating: "a", count: 42)] {
            let edge = Edge()
            let handle = edge.post("<body rid='1' to='a' ver='1.11' newkey='\(bad)' \(Edge.namespace)/>")
            #expect(edge.body(handle) == Edge.terminal("bad-request"))
        }
    }
}
