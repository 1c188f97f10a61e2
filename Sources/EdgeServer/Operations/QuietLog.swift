/// Decides when something that outsiders can bring about is worth a line: the first time, and then once in a while with the
/// number of times since. Knows causes and times; writes nothing. Any thread may ask.
internal import Synchronization
package import Reactor

package final class QuietLog<Cause: Hashable & Sendable>: Sendable {
    private let state = Mutex<[Cause: State]>([:])

    private struct State {
        var quietUntil = Instant(milliseconds: 0)
        var times = 0
    }

    /// Milliseconds between lines about the same cause.
    package static var pause: UInt64 { 60_000 }

    package init() {}

    /// - Returns: how often it has happened since the last line, when it is worth one now.
    package func happened(_ cause: Cause, now: Instant) -> Int? {
        state.withLock { causes in
            var state = causes[cause] ?? State()
            defer { causes[cause] = state }
            state.times += 1
            guard now >= state.quietUntil else { return nil }
            let times = state.times
            state = State(quietUntil: now + Self.pause)
            return times
        }
    }
}
