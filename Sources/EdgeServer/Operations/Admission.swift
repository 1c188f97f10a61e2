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
        state = Mutex(State(limits: limits, bucket: TokenBucket(limits, now: now)))
    }

    /// Other limits from now on; who is in stays in.
    package func update(_ limits: Limits, now: Instant = .now()) {
        state.withLock { state in
            state.limits = limits
            state.bucket = TokenBucket(limits, now: now)
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

/// So many per second on average, with a reserve for many at once.
struct TokenBucket {
    /// Thousandths of a token per millisecond, which is tokens per second.
    private let rate: UInt64
    private let capacity: UInt64
    /// Thousandths of a token.
    private var level: UInt64
    private var filled: Instant

    init(_ limits: Limits, now: Instant) {
        rate = UInt64(clamping: limits.sessionsPerSecond)
        capacity = UInt64(clamping: max(limits.sessionBurst, 1)) &* 1_000
        level = capacity
        filled = now
    }

    /// Takes one token if there is one.
    mutating func take(now: Instant) -> Bool {
        let (gained, overflow) = now.since(filled).multipliedReportingOverflow(by: rate)
        level = overflow || gained > capacity - level ? capacity : level + gained
        filled = max(filled, now)
        guard level >= 1_000 else { return false }
        level -= 1_000
        return true
    }
}
