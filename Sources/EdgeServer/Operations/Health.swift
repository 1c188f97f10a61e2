/// What readiness depends on: whether connections are taken and whether servers answer. Any thread may tell or ask.
internal import Synchronization

package final class Health: Sendable {
    private let state = Mutex(Snapshot())

    /// All of it at one moment.
    package struct Snapshot: Sendable, Equatable {
        package var phase = Phase.starting
        /// Servers whose last connection did not come about, as `host:port`.
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

    package var snapshot: Snapshot { state.withLock { $0 } }

    package func enter(_ phase: Phase) { state.withLock { $0.phase = phase } }

    /// The servers in use from now on.
    package func use(_ upstreams: some Sequence<String> & Sendable) {
        let names = Set(upstreams)
        state.withLock { state in
            state.upstreams = names
            state.failing.formIntersection(names)
        }
    }

    /// A connection to a server came about, or did not.
    package func connected(_ upstream: String) {
        state.withLock { state in _ = state.failing.remove(upstream) }
    }

    package func failed(_ upstream: String) {
        state.withLock { state in if state.upstreams.contains(upstream) { state.failing.insert(upstream) } }
    }
}
