/// Decides whether one more session, or one more connection, may begin: in all, per client address, per second. Knows
/// numbers and addresses; any thread may ask. What the refused peer is told is the front's business.
internal import Synchronization
package import Reactor

package final class Admission: Sendable {
    private let state: Mutex<State>

    package enum Answer: Sendable, Equatable {
        case admitted
        /// - Parameter worthALine: the first refusal for this limit in a while; a flood of refusals is no flood of lines.
        case refused(LimitName, worthALine: Bool)
    }

    private struct State {
        var limits: Limits
        var bucket: TokenBucket
        var sessions = 0
        var connections = 0
        var perAddress: [UInt64: Int] = [:]
        /// When a refusal for a limit was last worth a line.
        var told: [LimitName: Instant] = [:]

        mutating func refuse(_ limit: LimitName, _ now: Instant) -> Answer {
            let isQuiet = told[limit].map { now.since($0) < Admission.quietTime } ?? false
            if !isQuiet { told[limit] = now }
            return .refused(limit, worthALine: !isQuiet)
        }
    }

    /// Milliseconds between lines about the same limit.
    private static let quietTime: UInt64 = 10_000

    package init(_ limits: Limits, now: Instant = .now()) {
        state = Mutex(State(limits: limits, bucket: Self.bucket(limits, now)))
    }

    private static func bucket(_ limits: Limits, _ now: Instant) -> TokenBucket {
        TokenBucket(rate: limits.sessionsPerSecond, capacity: limits.sessionBurst, now: now)
    }

    /// Other limits from now on; who is in stays in.
    package func update(_ limits: Limits, now: Instant = .now()) {
        state.withLock { state in
            state.limits = limits
            state.bucket = Self.bucket(limits, now)
        }
    }

    /// One more session from there? When admitted, `sessionEnded` has to follow some day.
    package func admitSession(from client: SocketAddress, now: Instant) -> Answer {
        state.withLock { state in
            let ofAddress = client.isLoopback ? 0 : state.perAddress[client.limitKey, default: 0]
            if state.sessions >= state.limits.sessions { return state.refuse(.sessions, now) }
            if ofAddress >= state.limits.sessionsPerAddress { return state.refuse(.sessionsPerAddress, now) }
            if !state.bucket.take(now: now) { return state.refuse(.sessionsPerSecond, now) }
            state.sessions += 1
            if !client.isLoopback { state.perAddress[client.limitKey] = ofAddress + 1 }
            return .admitted
        }
    }

    package func sessionEnded(from client: SocketAddress) {
        state.withLock { state in
            state.sessions = max(state.sessions - 1, 0)
            guard !client.isLoopback, let ofAddress = state.perAddress[client.limitKey] else { return }
            state.perAddress[client.limitKey] = ofAddress > 1 ? ofAddress - 1 : nil
        }
    }

    /// One more connection? When admitted, `connectionEnded` has to follow.
    package func admitConnection(now: Instant) -> Answer {
        state.withLock { state in
            if state.connections >= state.limits.connections { return state.refuse(.connections, now) }
            state.connections += 1
            return .admitted
        }
    }

    package func connectionEnded() {
        state.withLock { $0.connections = max($0.connections - 1, 0) }
    }

    package var sessions: Int { state.withLock { $0.sessions } }

    /// Addresses that are remembered: those with sessions, no others.
    package var addresses: Int { state.withLock { $0.perAddress.count } }
}
