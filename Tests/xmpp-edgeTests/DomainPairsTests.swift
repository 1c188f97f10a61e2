import Testing
import xmpp_edge

@Suite struct DomainPairsTests {
    @Test("Domains and servers pair up by position, or all with the only one of the other kind")
    func pairs() throws {
        #expect(try DomainPairs.pair([], []) == [])
        #expect(
            try DomainPairs.pair(["a.example", "b.example"], ["x:1", "y:2"]) == ["a.example=x:1", "b.example=y:2"])
        #expect(try DomainPairs.pair(["a.example", "b.example"], ["x:1"]) == ["a.example=x:1", "b.example=x:1"])
        #expect(try DomainPairs.pair(["a.example"], ["x:1", "y:2"]) == ["a.example=x:1", "a.example=y:2"])
        #expect(try DomainPairs.pair(["*"], ["x"]) == ["*=x"])
    }

    private static let mistakes: [([String], [String], String)] = [
        (["a.example"], [], "--domain: needs the domain's XMPP server"),
        ([], ["x:1"], "--upstream: needs the domain it serves"),
        (["a", "b"], ["x:1", "y:2", "z:3"], "2 domains and 3 servers do not pair up"),
        (["a", "b", "c"], ["x:1", "y:2"], "3 domains and 2 servers do not pair up"),
    ]

    @Test("What does not pair up is explained", arguments: mistakes)
    func explains(_ domains: [String], _ servers: [String], _ words: String) {
        #expect {
            try DomainPairs.pair(domains, servers)
        } throws: { error in
            (error as? ConfigurationProblems)?.sentences.first?.contains(words) == true
        }
    }
}
