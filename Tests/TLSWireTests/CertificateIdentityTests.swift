import TLSWire
import Testing

@Suite struct CertificateIdentityTests {
    private func problem(_ chain: String, _ key: String, staple: String? = nil) throws -> CertificateProblem? {
        let (chain, key, staple) = (
            try Certificates.bytes(chain), try Certificates.bytes(key), try staple.map { try Certificates.bytes($0) }
        )
        do throws(CertificateProblem) {
            _ = try CertificateIdentity(chain: chain, key: key, staple: staple)
            return nil
        } catch {
            return error
        }
    }

    @Test func aGoodPairIsRead() throws {
        let identity = try Certificates.identity("good")
        #expect(identity.hosts == ["edge.test", "chat.edge.test", "localhost", "127.0.0.1"])
        #expect(identity.notBefore == 1_577_836_800 && identity.notAfter == 2_461_449_600)
        #expect(try problem("together.pem", "together.pem") == nil)
        #expect(try problem("good.pem", "good.key", staple: "good.staple") == nil)
    }

    @Test(arguments: [
        ("good.key", "good.key", CertificateProblem.noCertificate), ("ca.cnf", "good.key", .noCertificate),
        ("good.pem", "good.pem", .noKey), ("good.pem", "second.key", .keyMismatch),
        ("good.pem", "locked.key", .encryptedKey),
        ("chained-reversed.pem", "chained.key", .brokenChain), ("no-name.pem", "no-name.key", .noHost),
        ("unrelated.pem", "good.key", .brokenChain), ("cut.pem", "good.key", .damaged),
        ("chained-cut.pem", "chained.key", .damaged),
    ])
    func whatIsWrongIsSaid(chain: String, key: String, expected: CertificateProblem) throws {
        #expect(try problem(chain, key) == expected)
        #expect(!expected.sentence.isEmpty)
    }

    @Test func aChainOutOfOrderIsSaid() throws {
        #expect(try problem("chained-reversed.pem", "middle.key") == .brokenChain)
    }

    @Test func aCertificateMayBeForAnAddressAlone() throws {
        #expect(try Certificates.identity("number").hosts == ["192.0.2.7", "2001:db8:0:0:0:0:0:7"])
        #expect(!DomainMatch("192.0.2.7").acceptsHost(try Certificates.identity("number").names))
    }

    @Test func aStapleThatIsNoneIsSaid() throws {
        #expect(try problem("good.pem", "good.key", staple: "good.pem") == .unreadableStaple)
    }

    @Test func aStapleAboutAnotherCertificateIsSaidAndNotShown() throws {
        let identity = try Certificates.identity("renewed", staple: "good.staple")
        #expect(identity.problems(at: 1_700_000_000) == [.foreignStaple])
        #expect(!identity.isStapled)
        #expect(try Certificates.identity("good", staple: "good.staple").problems(at: 1_700_000_000) == [])
    }

    @Test func whatBrowsersDoNotLikeIsSaid() throws {
        let now: Int64 = 1_700_000_000
        #expect(try Certificates.identity("revoked", staple: "revoked.staple").problems(at: now) == [.revoked])
        #expect(try Certificates.identity("self").problems(at: 2_000_000_000) == [.selfSigned])
        #expect(try Certificates.identity("edwards").problems(at: now) == [.unusualKey])
        #expect(try Certificates.identity("expired").problems(at: now) == [.expired])
        #expect(CertificateProblem.revoked.isAboutStaple && !CertificateProblem.selfSigned.isAboutStaple)
    }

    @Test func datesAreJudgedAtTheGivenMoment() throws {
        #expect(throws: CertificateProblem.expired) { try Certificates.identity("expired").check(at: 1_700_000_000) }
        #expect(throws: CertificateProblem.notYetValid) { try Certificates.identity("future").check(at: 1_700_000_000) }
        try Certificates.identity("good").check(at: 1_700_000_000)
    }

    @Test func authoritiesHaveToBeThere() throws {
        let key = try Certificates.bytes("good.key")
        #expect(throws: CertificateProblem.noAuthority) { _ = try TLSClient(authorities: key) }
    }
}
