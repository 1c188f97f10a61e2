/// Wakes members at their deadlines, coarsely and cheaply: a wheel of buckets, one bucket a tick. Knows tokens and
/// times; does not know what a deadline is for.
///
/// Arming is lazy: a member that moves its deadline back only stores the new one. When the old bucket comes up, the
/// owner looks at the real deadline and arms again. A deadline beyond one turn of the wheel comes up early for the same
/// reason and is armed again.
package struct TimerWheel: ~Copyable {
    /// Milliseconds per tick: deadlines here are seconds, and the fewer ticks the fewer wake-ups.
    static let tick: UInt64 = 64
    /// Buckets; one turn is 65 s, more than the usual keepalive.
    private static let size = 1_024

    private var buckets: [[UInt64]]
    /// One bit a bucket: not empty.
    private var filled: [UInt64]
    /// The next tick to be looked at.
    private var current: UInt64
    /// The first tick with tokens, or `.max`: known, so that a turn without deadlines costs nothing.
    private var first = UInt64.max

    package init(now: Instant) {
        buckets = Array(repeating: [], count: Self.size)
        filled = Array(repeating: 0, count: Self.size / 64)
        current = now.milliseconds / Self.tick
    }

    /// Asks for `token` to come up at `deadline`, not earlier than this tick; gives the instant it will come up.
    package mutating func arm(_ token: UInt64, at deadline: Instant, now: Instant) -> Instant {
        // Nothing lies before the first: the whole wheel is ahead again.
        current = max(current, min(first, now.milliseconds / Self.tick))
        // Rounded up, so that nobody is woken before time.
        let wanted = deadline.milliseconds / Self.tick + (deadline.milliseconds % Self.tick == 0 ? 0 : 1)
        let tick = min(max(wanted, current), current + UInt64(Self.size) - 1)
        let index = Int(tick % UInt64(Self.size))
        buckets[index].append(token)
        filled[index / 64] |= 1 << (index % 64)
        first = min(first, tick)
        return Instant(milliseconds: tick * Self.tick)
    }

    /// Whether `advance` would find something.
    package func isDue(at now: Instant) -> Bool {
        first <= now.milliseconds / Self.tick
    }

    /// Moves the tokens of all ticks up to `now` into `due`.
    package mutating func advance(to now: Instant, into due: inout [UInt64]) {
        let last = now.milliseconds / Self.tick
        while current <= last {
            let index = Int(current % UInt64(Self.size))
            if filled[index / 64] & (1 << (index % 64)) != 0 {
                due.append(contentsOf: buckets[index])
                // A bucket that a burst blew up does not keep its storage.
                buckets[index].removeAll(keepingCapacity: buckets[index].count <= 64)
                filled[index / 64] &= ~(1 << (index % 64))
            }
            current += 1
        }
        first = firstFilled()
    }

    /// Lets go of the storage of empty buckets.
    mutating func shrink() {
        for index in 0..<Self.size where buckets[index].isEmpty { buckets[index] = [] }
    }

    /// Milliseconds until the next bucket that is not empty, or -1 when all are.
    package func millisecondsToNext(from now: Instant) -> Int32 {
        guard first < .max else { return -1 }
        let due = first * Self.tick
        // All buckets lie within one turn of the wheel.
        return due > now.milliseconds ? Int32(truncatingIfNeeded: due - now.milliseconds) : 0
    }

    private func firstFilled() -> UInt64 {
        var distance = 0
        while distance < Self.size {
            let index = Int((current + UInt64(distance)) % UInt64(Self.size))
            let word = filled[index / 64] >> (index % 64)
            if word != 0 { return current + UInt64(distance + word.trailingZeroBitCount) }
            distance += 64 - index % 64
        }
        return .max
    }
}
