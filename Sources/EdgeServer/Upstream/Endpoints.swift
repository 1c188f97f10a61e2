/// What all threads together know of the addresses of servers: how they fare, and who waits to connect there. Shared, because a
/// server's limits count for the whole process and what one thread learns saves the others the trouble; asked a few times per
/// session while it opens, never for a message.
package import Reactor
internal import Synchronization

package final class Endpoints: Sendable {
    private let state: Mutex<State>

    /// Somebody's turn, or place, to connect to an address.
    package struct Turn: Sendable, Equatable {
        package let worker: UInt16
        /// Among those of its worker.
        package let dial: UInt64
        package let address: SocketAddress

        package init(worker: UInt16, dial: UInt64, address: SocketAddress) {
            self.worker = worker
            self.dial = dial
            self.address = address
        }
    }

    package enum Answer: Equatable, Sendable {
        /// `ended` has to follow.
        case go
        /// A turn follows some day, unless the place is given up.
        case wait(place: Int)
        /// - Parameter worthALine: the first refusal in a while; a flood of refusals is no flood of lines.
        case refused(LimitName, worthALine: Bool)
    }

    private struct Endpoint {
        var health = EndpointHealth()
        var line: OpeningLine<Turn>
        var lastUse: Instant

        /// Nobody is there who would notice.
        var isIdle: Bool { line.opening == 0 && line.waiting == 0 }
    }

    private struct State {
        var health: EndpointHealth.Rules
        var opening: OpeningLine<Turn>.Rules
        var endpoints: [SocketAddress: Endpoint] = [:]
        /// Where somebody waits.
        var busy: Set<SocketAddress> = []
        var told: Instant?

        mutating func prune(_ now: Instant) {
            guard endpoints.count >= Endpoints.memory else { return }
            endpoints = endpoints.filter { !$0.value.health.isBlank || !$0.value.line.isBlank(at: now) }
            let excess = endpoints.count - Endpoints.memory / 2
            guard excess > 0 else { return }
            let oldest = endpoints.filter(\.value.isIdle).sorted { $0.value.lastUse < $1.value.lastUse }.prefix(excess)
            for (address, _) in oldest { endpoints[address] = nil }
        }

        /// Whose turn it is there.
        mutating func turns(at address: SocketAddress, _ now: Instant, into turns: inout [Turn]) {
            while let turn = endpoints[address]?.line.next(now: now) { turns.append(turn) }
            if endpoints[address]?.line.waiting == 0 { busy.remove(address) }
        }
    }

    /// Addresses above which those that nobody misses are forgotten, and then those not asked for the longest time: names change
    /// theirs, and servers refer to others, which may be dead ones without end.
    private static let memory = 1_024
    /// Milliseconds between lines about refusals.
    private static let quietTime: UInt64 = 10_000

    package init(_ limits: Limits) {
        state = Mutex(State(health: limits.endpointHealth, opening: OpeningLine.Rules(limits)))
    }

    /// Other limits from now on; who waits keeps the place.
    package func update(_ limits: Limits, now: Instant = .now()) {
        state.withLock { state in
            state.health = limits.endpointHealth
            state.opening = OpeningLine.Rules(limits)
            for address in state.endpoints.keys { state.endpoints[address]?.line.adopt(state.opening, now: now) }
        }
    }

    // MARK: Health

    /// Whether a session should try the address in its turn, and not after all others.
    package func isGood(_ address: SocketAddress, mayProbe: Bool, now: Instant) -> Bool {
        state.withLock { state in
            let rules = state.health
            state.endpoints[address]?.lastUse = now
            return state.endpoints[address]?.health.isGood(
                now: now, mayProbe: mayProbe, chance: .random(in: 0..<100), rules) ?? true
        }
    }

    package func succeeded(_ address: SocketAddress, now: Instant) -> EndpointHealth.Change? {
        state.withLock { $0.endpoints[address]?.health.succeeded(now: now) }
    }

    /// Somebody tried it and left before there was anything to tell.
    package func undecided(_ address: SocketAddress, now: Instant) {
        state.withLock { $0.endpoints[address]?.health.undecided(now: now) }
    }

    /// What an operator should hear, and those in line who may want to go elsewhere now.
    package func failed(
        _ address: SocketAddress, now: Instant, chance: UInt64 = .random(in: 0..<100)
    ) -> (change: EndpointHealth.Change?, waiting: [Turn]) {
        state.withLock { state in
            let rules = state.health
            let change = state.endpoints[address]?.health.failed(now: now, chance: chance, rules)
            return (change, change == nil ? [] : state.endpoints[address]?.line.tickets ?? [])
        }
    }

    // MARK: Turns

    /// Somebody wants to connect.
    package func enter(_ turn: Turn, now: Instant) -> Answer {
        state.withLock { state in
            state.prune(now)
            let rules = state.opening
            let new = Endpoint(line: OpeningLine(rules, now: now), lastUse: now)
            state.endpoints[turn.address, default: new].lastUse = now
            let answer = state.endpoints[turn.address, default: new].line.enter(turn, now: now)
            let limit: LimitName
            switch answer {
            case .go: return .go
            case .wait(let place):
                state.busy.insert(turn.address)
                return .wait(place: place)
            case .full: limit = .upstreamWaiting
            case .tooLong: limit = .upstreamWait
            }
            return .refused(limit, worthALine: Self.isWorthALine(&state, now))
        }
    }

    /// Somebody waited as long as anybody may; whether this is worth a line in the log.
    package func gaveUp(now: Instant) -> Bool {
        state.withLock { Self.isWorthALine(&$0, now) }
    }

    private static func isWorthALine(_ state: inout State, _ now: Instant) -> Bool {
        if let told = state.told, now.since(told) < quietTime { return false }
        state.told = now
        return true
    }

    /// Gives up a place in line.
    package func leave(_ place: Int, at address: SocketAddress) {
        state.withLock { state in
            state.endpoints[address]?.line.leave(place)
            if state.endpoints[address]?.line.waiting == 0 { state.busy.remove(address) }
        }
    }

    /// A connection is not being opened any more. Whose turn it is now.
    /// - Parameter wasRefused: it cost the server nothing.
    package func ended(_ address: SocketAddress, wasRefused: Bool = false, now: Instant) -> [Turn] {
        state.withLock { state in
            var turns: [Turn] = []
            state.endpoints[address]?.line.ended(wasRefused: wasRefused)
            if state.busy.contains(address) { state.turns(at: address, now, into: &turns) }
            return turns
        }
    }

    /// Whose turn has come with time. The turns of an address are in the order of arrival.
    package func turns(now: Instant) -> [Turn] {
        state.withLock { state in
            var turns: [Turn] = []
            for address in state.busy { state.turns(at: address, now, into: &turns) }
            return turns
        }
    }

    /// Addresses of which anything is known.
    package var remembered: Int { state.withLock { $0.endpoints.count } }

    /// Those who wait, in all.
    package var waiting: Int {
        state.withLock { state in state.endpoints.values.reduce(0) { $0 + $1.line.waiting } }
    }
}

extension OpeningLine.Rules {
    init(_ limits: Limits) {
        self.init(
            perSecond: limits.upstreamLogins, opening: limits.upstreamOpening, waiting: limits.upstreamWaiting,
            wait: limits.upstreamWait)
    }
}

extension Limits {
    fileprivate var endpointHealth: EndpointHealth.Rules {
        EndpointHealth.Rules(
            failures: upstreamFailures, ejection: upstreamEjection,
            longestEjection: max(upstreamEjection, upstreamEjectionMax), probe: upstreamConnect + upstreamHeader)
    }
}
