/// What the two sets of SRV records come to.
import DNSWire
import EdgeServer
import Testing

@Suite struct ServiceRecordsTests {
    static func service(_ target: String, _ port: UInt16 = 5222, priority: UInt16 = 0, weight: UInt16 = 0) -> DNSService
    {
        DNSService(priority: priority, weight: weight, port: port, target: DNSName(target) ?? .root)
    }

    private static let no = ServiceRecords.Answer.services([service(".", 0)])

    @Test("UP-005: both kinds are one set by priority, each with its own way to TLS")
    func merged() {
        let verdict = ServiceRecords.verdict(
            plain: .services([Self.service("a", priority: 5, weight: 1), Self.service("c", priority: 15)]),
            direct: .services([Self.service("b", 443, priority: 10)]), security: .startTLS)
        #expect(
            verdict
                == .targets([
                    ServiceRecords.Target(host: "a", port: 5222, security: .startTLS, priority: 5, weight: 1),
                    ServiceRecords.Target(host: "b", port: 443, security: .directTLS, priority: 10),
                    ServiceRecords.Target(host: "c", port: 5222, security: .startTLS, priority: 15),
                ]))
    }

    @Test("UP-003, UP-004, UP-005: a target of . says no for its kind, and nobody guesses an address then")
    func notOffered() {
        let some = ServiceRecords.Answer.services([Self.service("a")])
        typealias Records = ServiceRecords
        #expect(Records.verdict(plain: Self.no, direct: ServiceRecords.Answer.none, security: .startTLS) == .notOffered)
        #expect(Records.verdict(plain: Self.no, direct: Self.no, security: .startTLS) == .notOffered)
        #expect(Records.verdict(plain: ServiceRecords.Answer.none, direct: Self.no, security: .startTLS) == .notOffered)
        #expect(Records.verdict(plain: .unanswered, direct: Self.no, security: .startTLS) == .notOffered)
        let direct = ServiceRecords.Target(host: "a", port: 5222, security: .directTLS)
        #expect(Records.verdict(plain: Self.no, direct: some, security: .startTLS) == .targets([direct]))
        let plain = ServiceRecords.Target(host: "a", port: 5222, security: .startTLS)
        #expect(Records.verdict(plain: some, direct: Self.no, security: .startTLS) == .targets([plain]))
    }

    @Test("UP-004: without any record the domain's own addresses count")
    func fallback() {
        for answer: ServiceRecords.Answer? in [nil, ServiceRecords.Answer.none, .unanswered] {
            #expect(ServiceRecords.verdict(plain: answer, direct: answer, security: .startTLS) == .fallback)
        }
    }

    @Test("Targets that are no hosts, and port 0, are left out; more than anybody has are cut")
    func oddTargets() {
        let odd = [Self.service("a/b"), Self.service("good", 0)]
        #expect(
            ServiceRecords.verdict(plain: .services(odd), direct: nil, security: .startTLS) == .notOffered)
        let many = (0..<100).map { Self.service("h\($0)", priority: UInt16(100 - $0)) }
        guard case .targets(let targets) = ServiceRecords.verdict(plain: .services(many), direct: nil, security: .plain)
        else { return #expect(Bool(false)) }
        #expect(targets.count == 32 && targets[0].host == "h99")
    }
}
