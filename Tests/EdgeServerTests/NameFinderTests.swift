/// Which questions lead to which addresses.
import Bytes
import DNSWire
import EdgeServer
import Testing

@Suite struct NameFinderTests {
    /// Name servers that know what they are told to; other names do not exist.
    final class Zone {
        var answers: [String: DNSAnswer] = [:]
        /// Names about which nobody says anything.
        var silent: Set<String> = []
        private(set) var questions: [String] = []

        func add(_ name: String, _ addresses: String..., life: UInt32 = 300) {
            for kind in [DNSQuery.Kind.ipv4, .ipv6] {
                var answer = DNSAnswer()
                answer.addresses = addresses.compactMap { IPAddress($0) }.filter { ($0.ipv4 != nil) == (kind == .ipv4) }
                answer.life = life
                answers["\(name) \(kind)"] = answer
            }
        }

        func add(_ name: String, _ services: DNSService..., life: UInt32 = 300) {
            var answer = DNSAnswer()
            answer.services = services
            answer.life = life
            answers["\(name) service"] = answer
        }

        func ask(_ query: DNSQuery) -> DNSAnswer? {
            let name = query.name.host ?? "."
            questions.append("\(name) \(query.kind)")
            if silent.contains(name) { return nil }
            if let answer = answers["\(name) \(query.kind)"] { return answer }
            var nothing = DNSAnswer()
            nothing.isUnknown = !answers.keys.contains { $0.hasPrefix("\(name) ") }
            nothing.life = 100
            return nothing
        }

        func find(_ name: ServerName, hosts: [String: String] = [:], system: [String: String] = [:])
            -> NameFinder.Finding
        {
            NameFinder(
                ask: ask, hosts: { hosts[$0].flatMap { IPAddress($0) }.map { [$0] } ?? [] },
                system: { system[$0].flatMap { IPAddress($0) }.map { [$0] } ?? [] }
            ).find(name)
        }
    }

    private static let plain = "_xmpp-client._tcp.example.org"
    private static let direct = "_xmpps-client._tcp.example.org"
    private static let service = ServerName.service(domain: "example.org", .byAddress)

    private static func host(_ name: String, _ security: TransportSecurity = .byAddress) -> ServerName {
        .host(name, port: 5222, security)
    }

    /// `server address security` of each candidate.
    private func lines(_ finding: NameFinder.Finding) -> [String] {
        guard case .found(let candidates) = finding.lookup else { return [] }
        return candidates.map { "\($0.server) \($0.address) \($0.security)" }
    }

    @Test(
        "UP-001, UP-002: a host has its addresses of both families, for the shorter life, and nobody asks for services")
    func host() {
        let zone = Zone()
        zone.add("xmpp.example.org", "192.0.2.1", "192.0.2.2", "2001:db8::1", life: 77)
        let finding = zone.find(Self.host("xmpp.example.org"))
        #expect(
            lines(finding) == [
                "xmpp.example.org:5222 [2001:db8::1]:5222 startTLS", "xmpp.example.org:5222 192.0.2.1:5222 startTLS",
                "xmpp.example.org:5222 192.0.2.2:5222 startTLS",
            ])
        #expect(finding.life == 77_000)
        #expect(zone.questions == ["xmpp.example.org ipv4", "xmpp.example.org ipv6"])
    }

    @Test("UP-009: only a host that this machine itself knows to be on it is spoken to without TLS")
    func loopback() {
        let zone = Zone()
        zone.add("said", "127.0.0.1", "::1")
        func security(_ name: ServerName, hosts: [String: String] = [:]) -> Set<TransportSecurity> {
            guard case .found(let candidates) = zone.find(name, hosts: hosts).lookup else { return [] }
            return Set(candidates.map(\.security))
        }
        #expect(security(Self.host("said")) == [.startTLS])
        #expect(security(Self.host("said", .plain)) == [.plain])
        #expect(security(Self.host("written"), hosts: ["written": "127.0.0.1"]) == [.plain])
        #expect(security(Self.host("elsewhere"), hosts: ["elsewhere": "192.0.2.1"]) == [.startTLS])
        #expect(security(Self.host("localhost")) == [.plain])
    }

    @Test("This machine's own name is asked of nobody")
    func ownName() {
        let zone = Zone()
        for name in ["localhost", "LocalHost", "xmpp.localhost"] {
            #expect(
                lines(zone.find(Self.host(name))) == [
                    "\(name):5222 [::1]:5222 plain", "\(name):5222 127.0.0.1:5222 plain",
                ])
        }
        #expect(zone.questions.isEmpty)
    }

    @Test("The hosts file goes before DNS, and what else the system knows comes after it")
    func system() {
        let zone = Zone()
        zone.add("both", "192.0.2.1")
        #expect(
            lines(zone.find(Self.host("both"), hosts: ["both": "192.0.2.7"])) == ["both:5222 192.0.2.7:5222 startTLS"])
        #expect(zone.questions.isEmpty)
        #expect(
            lines(zone.find(Self.host("short"), system: ["short": "192.0.2.8"])) == [
                "short:5222 192.0.2.8:5222 startTLS"
            ])
        zone.silent = ["dead"]
        #expect(zone.find(Self.host("dead"), system: ["dead": "192.0.2.8"]).lookup == .failed(.unanswered))
    }

    @Test("A name that does not exist is asked for once, and one without addresses twice")
    func nothing() {
        let zone = Zone()
        let finding = zone.find(Self.host("no.example.org"))
        #expect(finding.lookup == .failed(.unknown) && finding.life == 100_000)
        #expect(zone.questions == ["no.example.org ipv4"])
        zone.answers["empty.example.org ipv4"] = DNSAnswer()
        #expect(zone.find(Self.host("empty.example.org")).lookup == .failed(.unknown))
        #expect(zone.find(Self.host("a name")).lookup == .failed(.unknown))
    }

    @Test("An alias without its address is followed, but not for ever")
    func aliases() {
        let zone = Zone()
        var alias = DNSAnswer()
        alias.alias = DNSName("real.example.org")
        alias.life = 10
        zone.answers["alias.example.org ipv4"] = alias
        zone.answers["alias.example.org ipv6"] = alias
        zone.add("real.example.org", "192.0.2.1")
        let finding = zone.find(Self.host("alias.example.org"))
        #expect(lines(finding) == ["alias.example.org:5222 192.0.2.1:5222 startTLS"] && finding.life == 10_000)
        alias.alias = DNSName("circle.example.org")
        zone.answers["circle.example.org ipv4"] = alias
        #expect(zone.find(Self.host("circle.example.org")).lookup == .failed(.unanswered))
    }

    @Test("A host that has more addresses than anybody needs is cut")
    func manyAddresses() {
        let zone = Zone()
        var answer = DNSAnswer()
        answer.addresses = (0..<200).map { IPAddress(ipv4: 0xC000_0200 + $0) }
        zone.answers["many ipv4"] = answer
        #expect(lines(zone.find(Self.host("many"))).count == 32)
    }

    @Test("A service with more addresses than anybody needs is cut, and every server keeps some of both families")
    func manyServiceAddresses() {
        let zone = Zone()
        var services = DNSAnswer()
        services.services = (0..<500).map { ServiceRecordsTests.service("h\($0)", priority: UInt16($0)) }
        zone.answers["\(Self.plain) service"] = services
        for index in 0..<500 {
            var answer = DNSAnswer()
            answer.addresses = (0..<200).map { IPAddress(ipv4: 0xC000_0200 + $0) }
            zone.answers["h\(index) ipv4"] = answer
            answer.addresses = (1..<200).map { IPAddress(high: 0x2001_0DB8 << 32, low: $0) }
            zone.answers["h\(index) ipv6"] = answer
        }
        let found = lines(zone.find(Self.service))
        #expect(found.count == 64)
        #expect(found.prefix(3).map { $0.prefix(5) } == ["h0:52", "h0:52", "h1:52"])
        #expect(found[0].contains("[2001:db8::1]") && found[1].contains("192.0.2.0"))
    }

    @Test("UP-002, UP-005, UP-006: services of both kinds lead to all addresses of their targets")
    func services() {
        let zone = Zone()
        zone.add(
            Self.plain, ServiceRecordsTests.service("a.example.org", 5222, priority: 2, weight: 3),
            ServiceRecordsTests.service("gone.example.org", 5222), life: 60)
        zone.add(Self.direct, ServiceRecordsTests.service("a.example.org", 443, priority: 1), life: 50)
        zone.add("a.example.org", "192.0.2.1", "2001:db8::1", life: 70)
        let finding = zone.find(Self.service)
        #expect(
            lines(finding) == [
                "a.example.org:443 [2001:db8::1]:443 directTLS", "a.example.org:443 192.0.2.1:443 directTLS",
                "a.example.org:5222 [2001:db8::1]:5222 startTLS", "a.example.org:5222 192.0.2.1:5222 startTLS",
            ])
        #expect(finding.life == 50_000 && !finding.isPartial)
        #expect(zone.questions.filter { $0 == "a.example.org ipv4" }.count == 1)
        guard case .found(let candidates) = finding.lookup else { return }
        #expect(candidates.map(\.priority) == [1, 1, 2, 2] && candidates.map(\.weight) == [0, 0, 3, 3])
    }

    @Test("UP-004: without services it is the domain's own address, port 5222, with TLS all the same")
    func fallback() {
        let zone = Zone()
        zone.add("example.org", "127.0.0.1")
        #expect(lines(zone.find(Self.service)) == ["example.org:5222 127.0.0.1:5222 startTLS"])
        #expect(
            lines(zone.find(.service(domain: "example.org", .directTLS))) == [
                "example.org:5223 127.0.0.1:5223 directTLS"
            ])
    }

    @Test("UP-003, UP-004: where services are named or refused the domain's address is not taken instead")
    func noFallback() {
        let zone = Zone()
        zone.add("example.org", "192.0.2.1")
        zone.add(Self.plain, ServiceRecordsTests.service(".", 0))
        #expect(zone.find(Self.service).lookup == .failed(.notOffered))
        zone.add(Self.plain, ServiceRecordsTests.service("gone.example.org"))
        #expect(zone.find(Self.service).lookup == .failed(.unknown))
        zone.silent = ["gone.example.org"]
        #expect(zone.find(Self.service).lookup == .failed(.unanswered))
    }

    @Test("A word behind srv takes one kind only")
    func words() {
        let zone = Zone()
        zone.add(Self.plain, ServiceRecordsTests.service("a.example.org", 1))
        zone.add(Self.direct, ServiceRecordsTests.service("a.example.org", 2))
        zone.add("a.example.org", "127.0.0.1")
        func found(_ security: TransportSecurity) -> [String] {
            lines(zone.find(.service(domain: "example.org", security)))
        }
        #expect(found(.startTLS) == ["a.example.org:1 127.0.0.1:1 startTLS"])
        #expect(found(.plain) == ["a.example.org:1 127.0.0.1:1 plain"])
        #expect(found(.directTLS) == ["a.example.org:2 127.0.0.1:2 directTLS"])
    }

    @Test("What part could not be found out makes the rest short-lived, and nobody asks a dead server everything")
    func partial() {
        let zone = Zone()
        zone.add(Self.plain, ServiceRecordsTests.service("a.example.org"), ServiceRecordsTests.service("b.example.org"))
        zone.add("a.example.org", "192.0.2.1")
        zone.silent = ["b.example.org"]
        let finding = zone.find(Self.service)
        #expect(lines(finding).count == 1 && finding.isPartial)
        zone.silent = [Self.plain, "example.org"]
        let before = zone.questions.count
        #expect(zone.find(Self.service).lookup == .failed(.unanswered))
        #expect(zone.questions.count == before + 2)
    }

    @Test("UP-004: a name server that only fails for services still leads to the domain's address")
    func oddServer() {
        let zone = Zone()
        zone.silent = [Self.plain, Self.direct]
        zone.add("example.org", "192.0.2.1")
        let finding = zone.find(Self.service)
        #expect(lines(finding) == ["example.org:5222 192.0.2.1:5222 startTLS"] && finding.isPartial)
    }

    @Test("A domain in other letters is asked for in those of DNS")
    func international() {
        let zone = Zone()
        zone.add("_xmpp-client._tcp.xn--bcher-kva.example", ServiceRecordsTests.service("a.example"))
        zone.add("a.example", "192.0.2.1")
        #expect(lines(zone.find(.service(domain: "b\u{FC}cher.example", .byAddress))).count == 1)
    }

    @Test("What was asked and said is there for an operator")
    func steps() {
        let zone = Zone()
        zone.add(Self.plain, ServiceRecordsTests.service("a.example.org", 5222, priority: 1, weight: 2))
        zone.add("a.example.org", "192.0.2.1")
        #expect(
            zone.find(Self.service).steps == [
                "\(Self.plain): a.example.org:5222 (priority 1, weight 2)", "\(Self.direct): no records",
                "a.example.org:5222: 192.0.2.1",
            ])
    }
}
