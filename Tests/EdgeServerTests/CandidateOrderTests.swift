/// The order in which servers are tried: priorities, shares, and both families in turn.
import EdgeServer
import Reactor
import Testing
import WireTesting

@Suite struct CandidateOrderTests {
    static func candidate(
        _ server: String, priority: UInt16 = 0, weight: UInt16 = 0, address: String = "192.0.2.1",
        security: TransportSecurity = .startTLS
    ) throws -> Candidate {
        let address = try #require(try SocketAddress.resolve(host: address, port: 5222).first)
        return Candidate(address: address, security: security, priority: priority, weight: weight, server: server)
    }

    /// A source of numbers that are given.
    private final class Numbers {
        private var rest: [UInt32]
        private(set) var asked: [UInt32] = []
        init(_ numbers: [UInt32]) { rest = numbers }
        func next(_ limit: UInt32) -> UInt32 {
            asked.append(limit)
            return rest.isEmpty ? 0 : rest.removeFirst()
        }
    }

    @Test("UP-002: lower priorities come first, whatever chance says")
    func priorities() throws {
        let all = try [("c", 30), ("a", 10), ("b", 20)].map { try Self.candidate($0, priority: $1, weight: 5) }
        for _ in 0..<20 { #expect(CandidateOrder.draw(all).map(\.server) == ["a", "b", "c"]) }
    }

    @Test(
        "UP-002: the drawn number picks the first server whose running sum reaches it",
        arguments: [(0, "z"), (1, "a"), (10, "a"), (11, "b"), (30, "b"), (31, "c"), (60, "c")])
    func running(_ number: Int, _ first: String) throws {
        let all = try [("a", 10), ("z", 0), ("b", 20), ("c", 30)].map { try Self.candidate($0, weight: $1) }
        let numbers = Numbers([UInt32(number)])
        #expect(CandidateOrder.draw(all, random: numbers.next).first?.server == first)
        #expect(numbers.asked.first == 60)
    }

    @Test("UP-002: who was drawn is out of the next drawing")
    func remaining() throws {
        let all = try [("a", 10), ("b", 20), ("c", 30)].map { try Self.candidate($0, weight: $1) }
        let numbers = Numbers([15, 40, 10])
        #expect(CandidateOrder.draw(all, random: numbers.next).map(\.server) == ["b", "c", "a"])
        #expect(numbers.asked == [60, 40, 10])
    }

    @Test("UP-002: over many sessions each server is first as often as its weight says")
    func distribution() throws {
        let all = try [("a", 10), ("b", 30), ("c", 60)].map { try Self.candidate($0, weight: $1) }
        var generator = SplitMix64(seed: 3)
        var first: [String: Int] = [:]
        for _ in 0..<20_000 {
            let order = CandidateOrder.draw(all) { .random(in: 0...$0, using: &generator) }
            #expect(order.count == 3)
            first[order[0].server, default: 0] += 1
        }
        // Six standard deviations and the one number that the standard gives the first server more.
        for (server, share) in [("a", 0.11), ("b", 0.30), ("c", 0.59)] {
            #expect(abs(Double(first[server] ?? 0) / 20_000 - share) < 0.025, "\(first)")
        }
    }

    @Test("Servers without weights get equal shares")
    func withoutWeights() throws {
        let all = try ["a", "b", "c", "d"].map { try Self.candidate($0) }
        let firsts = Set((0..<400).map { _ in CandidateOrder.draw(all)[0].server })
        #expect(firsts == ["a", "b", "c", "d"])
    }

    @Test("UP-002: all addresses of a server stay together, in their order")
    func groups() throws {
        let all = try [
            Self.candidate("a", weight: 1, address: "192.0.2.1"), Self.candidate("b", weight: 1),
            Self.candidate("a", weight: 1, address: "192.0.2.2"),
        ]
        for _ in 0..<20 {
            let order = CandidateOrder.draw(all)
            let ofA = order.filter { $0.server == "a" }.map(\.address.host)
            #expect(ofA == ["192.0.2.1", "192.0.2.2"] && order[1].server == "a", "\(order)")
        }
    }

    @Test("UP-005: one host with TLS at once and with STARTTLS is two servers")
    func twoWays() throws {
        let all = try [
            Self.candidate("a", priority: 2, security: .startTLS),
            Self.candidate("a", priority: 1, security: .directTLS),
        ]
        #expect(CandidateOrder.draw(all).map(\.security) == [.directTLS, .startTLS])
    }

    @Test("IPv6 and IPv4 come in turn")
    func families() throws {
        let addresses = try ["192.0.2.1", "192.0.2.2", "192.0.2.3", "::1", "::2"].map { text in
            try #require(try SocketAddress.resolve(host: text, port: 1).first)
        }
        #expect(
            CandidateOrder.alternating(addresses).map(\.host) == ["::1", "192.0.2.1", "::2", "192.0.2.2", "192.0.2.3"])
    }
}
