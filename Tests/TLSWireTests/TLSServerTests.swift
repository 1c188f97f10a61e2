import TLSWire
import Testing

@Suite struct TLSServerTests {
    private func shake(_ server: TLSServer, _ client: TLSClient, domain: String = "edge.test") -> Pair {
        let pair = Pair(server, client, domain: domain)
        pair.shakeHands()
        return pair
    }

    private func key(_ name: String) throws -> [UInt8]? {
        let alone = shake(try Certificates.server(name), try Certificates.client(), domain: "edge.test")
        return alone.client.peerKeyHash
    }

    @Test func eachHostGetsItsCertificate() throws {
        let server = try Certificates.server("good", "second")
        let client = try Certificates.client()
        let first = shake(server, client, domain: "chat.edge.test")
        let second = shake(server, client, domain: "second.test")
        let below = shake(server, client, domain: "a.second.test")
        #expect(first.client.isEstablished && second.client.isEstablished && below.client.isEstablished)
        #expect(first.client.peerKeyHash != second.client.peerKeyHash)
        #expect(second.client.peerKeyHash == below.client.peerKeyHash)
    }

    @Test func anUnknownHostGetsTheFirstCertificate() throws {
        let server = try Certificates.server("good", "second")
        let pair = shake(server, try Certificates.client(), domain: "third.test")
        #expect(pair.clientFailure == .certificate(.wrongName))
        let pinned = Pair(
            server, try Certificates.client(), domain: "third.test", pins: [try #require(try key("good"))])
        pinned.shakeHands()
        #expect(pinned.client.isEstablished)
    }

    @Test func twoKindsOfKeysServeTheSameHosts() throws {
        let pair = shake(try Certificates.server("rsa", "good"), try Certificates.client())
        #expect(pair.client.isEstablished && pair.server.isEstablished)
        #expect(pair.client.peerKeyHash == (try key("good")), "the cheaper key is to be preferred")
    }

    @Test func twoKindsOfKeysMayNameTheHostsInAnyOrder() throws {
        let pair = shake(try Certificates.server("shuffled", "good"), try Certificates.client())
        #expect(pair.client.peerKeyHash == (try key("good")))
    }

    @Test func aNewerCertificateForTheSameHostsComesWithItsOwnChain() throws {
        let client = try Certificates.client()
        let both = Pair(try Certificates.server("chained", "revoked"), client)
        both.shakeHands()
        let alone = Pair(try Certificates.server("revoked"), try Certificates.client())
        alone.shakeHands()
        #expect(both.client.isEstablished && both.client.peerKeyHash == alone.client.peerKeyHash)
        #expect(abs(both.toClient.count - alone.toClient.count) < 100, "another certificate's chain was sent")
    }

    @Test func aSessionIsResumedAtAnyServerWithTheSameTicketKeys() throws {
        let tickets = TicketKeys.random()
        let (one, other) = (
            try Certificates.server("good", tickets: tickets), try Certificates.server("good", tickets: tickets)
        )
        let client = try Certificates.client()
        let first = shake(one, client)
        #expect(!first.client.isResumed)
        let second = shake(other, client)
        #expect(second.client.isResumed && second.server.isResumed)
        let stranger = shake(try Certificates.server("good"), client)
        #expect(stranger.client.isEstablished && !stranger.client.isResumed)
    }

    @Test("PT-016: no early data is accepted")
    func takesNoEarlyData() throws {
        let server = try Certificates.server("good")
        let client = try Certificates.client()
        _ = shake(server, client)
        // A ticket that allowed early data would make the client's next hello say so (extension 42).
        let second = shake(server, client)
        #expect(second.client.isResumed)
        #expect(!second.toServer.prefix(600).containsPair(0x00, 0x2A, after: 0x00))
    }

    @Test func aClientThatOffersOnlyOtherProtocolsIsRefused() throws {
        let pair = Pair(try Certificates.server("good"), try Certificates.client(), isDirect: true)
        pair.shakeHands()
        #expect(pair.serverFailure == .noCommonProtocol)
        #expect(pair.clientFailure == .refused(alert: 120))
    }

    @Test("UP-006: direct TLS offers xmpp-client, STARTTLS offers nothing")
    func offersItsProtocol() throws {
        let direct = Pair(try Certificates.server("good"), try Certificates.client(), isDirect: true)
        direct.shakeHands()
        let upgraded = shake(try Certificates.server("good"), try Certificates.client())
        let word = Array("xmpp-client".utf8)
        #expect(direct.toServer.indices.contains { direct.toServer[$0...].starts(with: [11] + word) })
        #expect(!upgraded.toServer.indices.contains { upgraded.toServer[$0...].starts(with: word) })
    }

    @Test func aStapleReachesTheClient() throws {
        let good = try TLSServer([try Certificates.identity("good", staple: "good.staple")], tickets: .random())
        let pair = shake(good, try Certificates.client())
        #expect(pair.client.isEstablished)
        let plain = shake(try Certificates.server("good"), try Certificates.client())
        #expect(pair.toClient.count > plain.toClient.count + 200)
    }

    @Test func aStapleThatIsOutOfDateIsKeptBack() throws {
        // The end of its time is the last date in it that stands alone in a [0].
        var staple = try Certificates.bytes("good.staple")
        let mark: [UInt8] = [0xA0, 0x11, 0x18, 0x0F]
        let place = try #require(staple.indices.last { staple[$0...].starts(with: mark) })
        staple.replaceSubrange(place + 4..<place + 8, with: Array("2021".utf8))
        let identity = try CertificateIdentity(
            chain: try Certificates.bytes("good.pem"), key: try Certificates.bytes("good.key"), staple: staple)
        #expect(identity.problems(at: 1_700_000_000) == [.oldStaple])
        let old = shake(try TLSServer([identity], tickets: .random()), try Certificates.client())
        let plain = shake(try Certificates.server("good"), try Certificates.client())
        #expect(old.client.isEstablished && abs(old.toClient.count - plain.toClient.count) < 100)
    }
}

extension ArraySlice where Element == UInt8 {
    fileprivate func containsPair(_ one: UInt8, _ other: UInt8, after before: UInt8) -> Bool {
        indices.dropLast(4).contains { at in
            self[at] == before && self[at + 1] == one && self[at + 2] == other && self[at + 3] == 0
        }
    }
}
