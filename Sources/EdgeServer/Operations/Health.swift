/// What readiness depends on: whether connections are taken and whether servers answer. Any thread may tell or ask.
internal import Synchronization
package import Reactor

package final class Health: Sendable {
    private let state = Mutex(State())

    private struct State {
        var phase = Phase.starting
        /// When the last connection to a server did not come about.
        var failed: [String: Instant] = [:]
        var upstreams: Set<String> = []
    }

    /// Milliseconds for which a failure counts. Only sessions try the servers, and whoever sends none where we are not
    /// ready would never let us find out that they are back.
    package static let memory: UInt64 = 30_000

    /// All of it at one moment.
    package struct Snapshot: Sendable, Equatable {
        package var phase = Phase.starting
        /// Servers whose last connection did not come about a moment ago, as `host:port`.
        package var failing: Set<String> = []
        /// All servers in use.
        package var upstreams: Set<String> = []

        package init() {}
    }

    package enum Phase: Sendable {
        case starting
        case accepting
        case draining
    }

    package init() {}

    package func snapshot(at now: Instant) -> Snapshot {
        state.withLock { state in
            var snapshot = Snapshot()
            snapshot.phase = state.phase
            snapshot.upstreams = state.upstreams
            snapshot.failing = Set(state.failed.filter { now.since($0.value) < Self.memory }.keys)
            return snapshot
        }
    }

    package func enter(_ phase: Phase) { state.withLock { $0.phase = phase } }

    /// The servers in use from now on.
    package func use(_ upstreams: some Sequence<String> & Sendable) {
        let names = Set(upstreams)
        state.withLock { state in
            state.upstreams = names
            state.failed = state.failed.filter { names.contains($0.key) }
        }
    }

    /// A connection to a server came about, or did not.
    package func connected(_ upstream: String) {
        state.withLock { state in state.failed[upstream] = nil }
    }

    package func failed(_ upstream: String, at now: Instant) {
        state.withLock { state in if state.upstreams.contains(upstream) { state.failed[upstream] = now } }
    }
}
