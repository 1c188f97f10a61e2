/// So many per second on average, with a reserve for many at once. Knows numbers; time comes in.
package import Reactor

package struct TokenBucket: Sendable {
    /// Thousandths of a token per millisecond, which is tokens per second.
    private let rate: UInt64
    private let capacity: UInt64
    /// Thousandths of a token.
    private var level: UInt64
    private var filled: Instant

    /// Full.
    package init(rate: Int, capacity: Int, now: Instant) {
        self.rate = UInt64(clamping: rate)
        self.capacity = UInt64(clamping: max(capacity, 1)) &* 1_000
        level = self.capacity
        filled = now
    }

    /// Takes one token if there is one.
    package mutating func take(now: Instant) -> Bool {
        let (gained, overflow) = now.since(filled).multipliedReportingOverflow(by: rate)
        level = overflow || gained > capacity - level ? capacity : level + gained
        filled = max(filled, now)
        guard level >= 1_000 else { return false }
        level -= 1_000
        return true
    }

    /// The last one was not used.
    package mutating func giveBack() { level = min(level + 1_000, capacity) }

    /// Nothing was taken for so long that nobody could tell.
    package func isFull(at now: Instant) -> Bool {
        let (gained, overflow) = now.since(filled).multipliedReportingOverflow(by: rate)
        return overflow || gained >= capacity - level
    }
}
