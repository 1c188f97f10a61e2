import EdgeServer
import Testing

@Suite struct UpstreamProbeTests {
    private static let header =
        "<?xml version='1.0'?><stream:stream from='example.org' id='1' version='1.0' xmlns='jabber:client' "
        + "xmlns:stream='http://etherx.jabber.org/streams'>"
    private static let sasl =
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism>"
        + "<mechanism>PLAIN</mechanism></mechanisms>"
    private static let tls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"

    private static func features(_ content: String) -> String {
        "<stream:features>\(content)</stream:features>"
    }

    private static func streamError(_ condition: String) -> String {
        "<stream:error><\(condition) xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
    }

    private static func probe(_ route: DomainRoute, _ settings: Settings = Settings()) -> [UpstreamFinding] {
        var probe = UpstreamProbe(route, settings: settings)
        return probe.run()
    }

    /// What is found at a server that answers so. Only one that says nothing has its time cut short: the others have as long as
    /// a busy machine takes.
    private static func find(
        _ pieces: [String], closes: Bool = false, domain: String = "example.org",
        _ change: (inout Settings) -> Void = { _ in }
    ) throws -> (finding: UpstreamFinding, sent: String) {
        let server = try AnsweringServer(pieces, closes: closes)
        defer { server.stop() }
        var settings = Settings()
        settings.limits.upstreamConnect = 60_000
        settings.limits.upstreamHeader = 60_000
        change(&settings)
        let route = DomainRoute(domain: domain, host: "127.0.0.1", port: server.port)
        let finding = try #require(probe(route, settings).first)
        return (finding, server.received)
    }

    @Test("A server that offers logins is good, however its bytes are cut, and gets a proper header")
    func good() throws {
        let whole = Self.header + Self.features(Self.sasl)
        for pieces in [[whole], [Self.header, Self.features(Self.sasl)], whole.map { String($0) }] {
            let (finding, sent) = try Self.find(pieces)
            #expect(finding.outcome == .answers(.init(mechanisms: ["SCRAM-SHA-1", "PLAIN"])))
            #expect(finding.isGood && finding.isPrivate)
            #expect(finding.sentence.hasSuffix(" answers; logins by SCRAM-SHA-1, PLAIN"))
            #expect(sent.hasPrefix("<?xml version=\"1.0\"?><stream:stream to=\"example.org\""))
        }
    }

    @Test("PT-011: a server that offers only logins bound to its own TLS connection is not good")
    func onlyBound() throws {
        let sasl = Self.sasl.replacing("SCRAM-SHA-1", with: "SCRAM-SHA-1-PLUS")
        let (finding, _) = try Self.find([Self.header + Self.features(sasl)]) { $0.mechanisms.hidden = ["PLAIN"] }
        #expect(!finding.isGood && finding.sentence.contains("only SCRAM-SHA-1-PLUS"))
        #expect(finding.sentence.hasSuffix("let it offer the same without -PLUS"))
    }

    @Test("What the settings hide is not offered")
    func filter() throws {
        let (finding, _) = try Self.find([Self.header + Self.features(Self.sasl)]) { settings in
            settings.mechanisms.hidden = ["PLAIN"]
        }
        #expect(finding.outcome == .answers(.init(mechanisms: ["SCRAM-SHA-1"])))
        let (allowed, _) = try Self.find([Self.header + Self.features(Self.sasl)]) { settings in
            settings.mechanisms.allowed = ["PLAIN"]
        }
        #expect(allowed.outcome == .answers(.init(mechanisms: ["PLAIN"])))
    }

    private static let answers: [([String], UpstreamFinding.Outcome, Bool, String)] = [
        ([header + features(tls)], .answers(.init(requiresTLS: true)), false, "insists on TLS"),
        ([header + features("")], .answers(.init()), true, "offers no SASL login"),
        ([header.replacing(" version='1.0' xmlns", with: " xmlns")], .answers(.init(isOld: true)), true, "old server"),
        (
            [header + streamError("host-unknown")], .refused(condition: "host-unknown"), false,
            "does not serve this domain"
        ),
        ([header + streamError("conflict")], .refused(condition: "conflict"), false, "the error conflict"),
        ([header + "</stream:stream>"], .closed, false, "closes the connection"),
        (["HTTP/1.1 400 Bad Request\r\n\r\n"], .notXMPP, false, "not with XMPP"),
        (["<html xmlns='http://www.w3.org/1999/xhtml'>"], .notXMPP, false, "not with XMPP"),
        ([" "], .silent, false, "says nothing"),
        ([header], .silent, false, "says nothing"),
    ]

    @Test("Every other answer has a sentence of its own", arguments: answers)
    func others(_ pieces: [String], _ outcome: UpstreamFinding.Outcome, _ isGood: Bool, _ words: String) throws {
        let (finding, _) = try Self.find(pieces) { if outcome == .silent { $0.limits.upstreamHeader = 300 } }
        #expect(finding.outcome == outcome)
        #expect(finding.isGood == isGood)
        #expect(finding.sentence.contains(words), "\(finding.sentence)")
    }

    @Test("A server that hangs up is told apart from one that says nothing")
    func hangsUp() throws {
        #expect(try Self.find([" "], closes: true).finding.outcome == .closed)
    }

    @Test("For every domain it is enough that a server answers")
    func anyDomain() throws {
        let (finding, sent) = try Self.find([Self.header + Self.streamError("host-unknown")], domain: "*")
        #expect(finding.isGood)
        #expect(sent.contains(" to=\"127.0.0.1\""))
    }

    @Test("When the first address of a name is not reachable the next one is asked")
    func nextAddress() throws {
        // Where localhost is ::1 first, nobody listens there.
        let server = try AnsweringServer([Self.header + Self.features(Self.sasl)])
        defer { server.stop() }
        let route = DomainRoute(domain: "example.org", host: "localhost", port: server.port)
        let isGood = Self.probe(route).allSatisfy(\.isGood)
        #expect(isGood)
    }

    @Test("A port that nobody listens on, and a name that does not exist")
    func unreachable() throws {
        let route = DomainRoute(domain: "example.org", host: "127.0.0.1", port: 1)
        let finding = try #require(Self.probe(route).first)
        #expect(finding.sentence.hasSuffix(" cannot be reached: Connection refused"))
        let nowhere = DomainRoute(domain: "example.org", host: "no host", port: 1)
        guard case .unresolved? = Self.probe(nowhere).first?.outcome else {
            Issue.record("a name with a space was found")
            return
        }
    }

    @Test("Passwords that leave this machine in clear are warned of, others are not")
    func warning() {
        let route = DomainRoute(domain: "example.org", host: "192.0.2.1", security: .plain)
        #expect(DomainRoute(domain: "example.org", host: "192.0.2.1").warning(isPrivate: false) == nil)
        #expect(route.warning(isPrivate: true) == nil)
        #expect(
            route.warning(isPrivate: false)?.contains("192.0.2.1:5222 leaves this machine without encryption") == true)
        var settings = Settings()
        settings.upstreams = [route, DomainRoute(domain: "b.example", host: "127.0.0.2")]
        #expect(settings.warnings().count == 1)
    }
}
