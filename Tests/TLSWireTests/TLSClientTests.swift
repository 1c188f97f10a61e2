import TLSWire
import Testing

@Suite struct TLSClientTests {
    private func failure(_ certificate: String, domain: String = "edge.test", trusting authority: String = "ca.pem")
        throws
        -> TLSFailure?
    {
        let pair = Pair(
            try Certificates.server(certificate), try Certificates.client(trusting: authority), domain: domain)
        pair.shakeHands()
        #expect((pair.clientFailure == nil) == pair.client.isEstablished)
        return pair.clientFailure
    }

    @Test(
        "UP-010: a good certificate is taken, also by way of another authority", arguments: ["good", "rsa", "chained"])
    func takesGoodOnes(certificate: String) throws {
        #expect(try failure(certificate) == nil)
    }

    @Test(
        "UP-010, UP-011: a certificate that does not hold ends the connection",
        arguments: [
            ("expired", CertificateTrouble.expired), ("future", .notYetValid), ("wrong-name", .wrongName),
            ("wrong-authority", .unknownAuthority), ("chained-alone", .unknownAuthority), ("self", .selfSigned),
            ("client-only", .wrongPurpose),
        ])
    func refusesOthers(certificate: String, trouble: CertificateTrouble) throws {
        let key = certificate == "chained-alone" ? "chained" : certificate
        let identity = try CertificateIdentity(
            chain: try Certificates.bytes("\(certificate).pem"), key: try Certificates.bytes("\(key).key"))
        let pair = Pair(try TLSServer([identity], tickets: .random()), try Certificates.client())
        pair.shakeHands()
        #expect(pair.clientFailure == .certificate(trouble))
        #expect(!pair.server.isEstablished)
        #expect(!trouble.sentence.isEmpty)
    }

    @Test("UP-010: a self-signed certificate is taken when it is among the authorities")
    func takesAuthoritiesAsServers() throws {
        #expect(try failure("self", trusting: "self.pem") == nil)
        #expect(try failure("good", trusting: "self.pem") == .certificate(.unknownAuthority))
    }

    @Test("UP-010: a stapled answer that the certificate was revoked ends the connection")
    func heedsRevocation() throws {
        let revoked = try TLSServer(
            [try Certificates.identity("revoked", staple: "revoked.staple")], tickets: .random())
        let pair = Pair(revoked, try Certificates.client())
        pair.shakeHands()
        #expect(pair.clientFailure == .certificate(.revoked))
        // An answer about another certificate says nothing of this one.
        let other = try TLSServer([try Certificates.identity("good", staple: "revoked.staple")], tickets: .random())
        let unharmed = Pair(other, try Certificates.client())
        unharmed.shakeHands()
        #expect(unharmed.clientFailure == nil)
    }

    @Test("UP-010: with a pin only the key counts")
    func heedsPins() throws {
        let server = try Certificates.server("self")
        let unknown = Pair(server, try Certificates.client(), pins: [[UInt8](repeating: 1, count: 32)])
        unknown.shakeHands()
        #expect(unknown.clientFailure == .certificate(.wrongKey))
        let probe = Pair(server, try Certificates.client(trusting: "self.pem"))
        probe.shakeHands()
        let hash = try #require(probe.client.peerKeyHash)
        let pinned = Pair(server, try Certificates.client(), domain: "any.test", pins: [hash])
        pinned.shakeHands()
        #expect(pinned.client.isEstablished)
    }

    @Test("UP-011: a service name or an XMPP address alone is enough", arguments: ["service", "address"])
    func takesOtherNames(certificate: String) throws {
        let pair = Pair(try Self.nameless(certificate), try Certificates.client())
        pair.shakeHands()
        #expect(pair.clientFailure == nil && pair.client.isEstablished)
    }

    @Test(
        "UP-011: neither the name of another service nor the common name counts",
        arguments: ["server-service", "no-name"])
    func refusesOtherNames(certificate: String) throws {
        let pair = Pair(try Self.nameless(certificate), try Certificates.client())
        pair.shakeHands()
        #expect(pair.clientFailure == .certificate(.wrongName))
    }

    /// A server whose certificate has no DNS name, which our own side would not start with.
    private static func nameless(_ name: String) throws -> TLSServer {
        try TLSServer(
            [
                CertificateIdentity(
                    unchecked: try Certificates.bytes("\(name).pem"), try Certificates.bytes("\(name).key"))
            ],
            tickets: .random())
    }

    @Test(
        "UP-012: a wildcard is for one label",
        arguments: [("a.edge.test", true), ("a.b.edge.test", false), ("edge.test", false)])
    func wildcards(domain: String, isTaken: Bool) throws {
        #expect(try failure("wildcard", domain: domain) == (isTaken ? nil : .certificate(.wrongName)))
    }

    @Test("UP-012: a domain with other letters is compared in the form of DNS")
    func internationalDomains() throws {
        #expect(try failure("international", domain: "b\u{FC}cher.test") == nil)
        #expect(try failure("international", domain: "bucher.test") == .certificate(.wrongName))
    }

    @Test func aResumedSessionIsForItsDomainOnly() throws {
        let server = try Certificates.server("good")
        let client = try Certificates.client()
        for domain in ["edge.test", "chat.edge.test"] {
            let pair = Pair(server, client, domain: domain)
            pair.shakeHands()
            #expect(!pair.client.isResumed)
        }
        let other = Pair(server, client, domain: "elsewhere.test")
        other.shakeHands()
        #expect(other.clientFailure == .certificate(.wrongName))
    }

    @Test("A web server is known by its host or address", arguments: ["localhost", "chat.edge.test", "127.0.0.1"])
    func takesWebServers(host: String) throws {
        let wanted = WantedServer(.web, domain: host, server: "a")
        let pair = Pair(try Certificates.server("good"), try Certificates.client(), wanted: wanted)
        pair.shakeHands()
        #expect(pair.clientFailure == nil)
        #expect(pair.client.applicationProtocol == "http/1.1")
        #expect(pair.server.serverName == (host == "127.0.0.1" ? nil : host))
    }

    @Test(
        "A certificate for another host or address, or for a service of XMPP, is no web server's",
        arguments: [("good", "second.test"), ("good", "127.0.0.2"), ("service", "edge.test"), ("address", "edge.test")])
    func refusesOtherWebServers(certificate: String, host: String) throws {
        let wanted = WantedServer(.web, domain: host, server: "a")
        let pair = Pair(
            try TLSServer(
                [
                    CertificateIdentity(
                        unchecked: Certificates.bytes("\(certificate).pem"), Certificates.bytes("\(certificate).key"))
                ], tickets: .random()), try Certificates.client(), wanted: wanted)
        pair.shakeHands()
        #expect(pair.clientFailure == .certificate(.wrongName))
    }

    @Test("For a load test anybody will do", arguments: ["expired", "self", "revoked", "wrong-name"])
    func takesAnybody(certificate: String) throws {
        let wanted = WantedServer(.web, domain: "edge.test", server: "a", isAnybody: true)
        let pair = Pair(try Certificates.server(certificate), try Certificates.client(), wanted: wanted)
        pair.shakeHands()
        #expect(pair.clientFailure == nil && pair.client.isEstablished)
    }

    @Test("Where handshakes must not be short, none is", arguments: [true, false])
    func resumesOnDemand(resumes: Bool) throws {
        let (server, client) = (try Certificates.server("good"), try Certificates.client())
        for round in 0..<2 {
            let wanted = WantedServer(.web, domain: "edge.test", server: "a", resumes: resumes)
            let pair = Pair(server, client, wanted: wanted)
            pair.shakeHands()
            #expect(pair.client.isResumed == (resumes && round == 1))
        }
    }
}
