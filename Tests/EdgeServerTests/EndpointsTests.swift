import EdgeServer
import Reactor
import Testing

@Suite struct EndpointsTests {
    private static let start = Instant(milliseconds: 1_000_000)

    private static func address(_ port: UInt16) throws -> SocketAddress {
        try #require(try SocketAddress.resolve(host: "192.0.2.1", port: port).first)
    }

    private static func endpoints(_ change: (inout Limits) -> Void) -> Endpoints {
        var limits = Limits()
        change(&limits)
        return Endpoints(limits)
    }

    private static func turn(_ dial: UInt64, _ address: SocketAddress, worker: UInt16 = 0) -> Endpoints.Turn {
        Endpoints.Turn(worker: worker, dial: dial, address: address)
    }

    @Test("XS-028: the limits of an address count for all threads together, and turns come in the order of arrival")
    func shared() throws {
        let endpoints = Self.endpoints { $0.upstreamOpening = 2 }
        let address = try Self.address(1)
        let all = (0..<6).map { Self.turn(UInt64($0), address, worker: UInt16($0 % 2)) }
        #expect(all.map { endpoints.enter($0, now: Self.start) }[..<3] == [.go, .go, .wait(place: 0)])
        #expect(endpoints.waiting == 4)
        #expect(endpoints.ended(address, now: Self.start) == [all[2]])
        #expect(endpoints.ended(address, now: Self.start) == [all[3]])
        endpoints.leave(2, at: address)
        #expect(endpoints.ended(address, now: Self.start) == [all[5]])
        #expect(endpoints.waiting == 0)
    }

    @Test("Addresses have lines of their own, and time moves all of them")
    func lines() throws {
        let endpoints = Self.endpoints { $0.upstreamLogins = 1 }
        let addresses = try [Self.address(1), Self.address(2)]
        for address in addresses {
            for dial in 0..<2 { _ = endpoints.enter(Self.turn(UInt64(dial), address), now: Self.start) }
        }
        #expect(endpoints.turns(now: Self.start + 999).isEmpty)
        let turns = endpoints.turns(now: Self.start + 1_000)
        #expect(Set(turns.map(\.address)) == Set(addresses))
        #expect(turns.map(\.dial) == [1, 1])
    }

    @Test("A full line is named, with a line in the log once in a while")
    func refusals() throws {
        let endpoints = Self.endpoints {
            $0.upstreamOpening = 1
            $0.upstreamWaiting = 0
        }
        let address = try Self.address(1)
        let answers = (0..<3).map { endpoints.enter(Self.turn($0, address), now: Self.start) }
        #expect(
            answers == [
                .go, .refused(.upstreamWaiting, worthALine: true), .refused(.upstreamWaiting, worthALine: false),
            ])
        let later = endpoints.enter(Self.turn(9, address), now: Self.start + 10_000)
        #expect(later == .refused(.upstreamWaiting, worthALine: true))
    }

    @Test("UP-018: an address that is left out tells those who wait for it")
    func leftOut() throws {
        let endpoints = Self.endpoints {
            $0.upstreamOpening = 1
            $0.upstreamFailures = 2
        }
        let address = try Self.address(1)
        let waiting = [Self.turn(1, address), Self.turn(2, address)]
        for turn in [Self.turn(0, address)] + waiting { _ = endpoints.enter(turn, now: Self.start) }
        #expect(endpoints.failed(address, now: Self.start).waiting.isEmpty)
        let (change, told) = endpoints.failed(address, now: Self.start, chance: 0)
        #expect(change == .ejected(5_000))
        #expect(told == waiting)
        #expect(!endpoints.isGood(address, mayProbe: true, now: Self.start))
        #expect(endpoints.isGood(try Self.address(2), mayProbe: true, now: Self.start))
    }

    @Test("Addresses that nobody misses are forgotten, and no others")
    func memory() throws {
        let endpoints = Self.endpoints { $0.upstreamFailures = 1 }
        let bad = try Self.address(1)
        _ = endpoints.enter(Self.turn(0, bad), now: Self.start)
        _ = endpoints.failed(bad, now: Self.start)
        for port in 2..<10_000 {
            let address = try Self.address(UInt16(port))
            _ = endpoints.enter(Self.turn(0, address), now: Self.start + UInt64(port))
            _ = endpoints.ended(address, now: Self.start + UInt64(port))
        }
        #expect(!endpoints.isGood(bad, mayProbe: false, now: Self.start))
        #expect(endpoints.remembered < 3_000)
    }

    @Test("XS-021: dead addresses without end, to which a server refers, are forgotten too, but none that is in use")
    func deadMemory() throws {
        let endpoints = Self.endpoints { $0.upstreamFailures = 1 }
        let bad = try Self.address(1)
        let busy = try Self.address(2)
        for address in [bad, busy] { _ = endpoints.enter(Self.turn(0, address), now: Self.start) }
        _ = endpoints.failed(bad, now: Self.start)
        _ = endpoints.ended(bad, now: Self.start)
        var most = 0
        for port in 3..<20_000 {
            let now = Self.start + UInt64(port)
            let address = try Self.address(UInt16(port))
            _ = endpoints.enter(Self.turn(0, address), now: now)
            _ = endpoints.failed(address, now: now)
            _ = endpoints.ended(address, now: now)
            // Every session asks about the servers of the configuration.
            #expect(!endpoints.isGood(bad, mayProbe: false, now: now))
            most = max(most, endpoints.remembered)
        }
        #expect(most <= 1_025)
        _ = endpoints.failed(busy, now: Self.start)
        #expect(!endpoints.isGood(busy, mayProbe: false, now: Self.start), "it is still known")
    }
}
