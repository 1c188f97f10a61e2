/// Who may open a connection to one address of a server, and who waits in line for it: so many a second, so many under way
/// at one time. A value: time comes in. Whoever has waited too long is sent away by its owner.
package import Reactor

package struct OpeningLine<Ticket: Sendable>: Sendable {
    package struct Rules: Sendable, Equatable {
        /// New connections in any second; 0 for any number.
        package let perSecond: Int
        /// Connections that are under way at one time; 0 for any number.
        package let opening: Int
        /// Those who may wait.
        package let waiting: Int
        /// Milliseconds that anybody waits.
        package let wait: UInt64

        package init(perSecond: Int, opening: Int, waiting: Int, wait: UInt64) {
            self.perSecond = perSecond
            self.opening = opening
            self.waiting = waiting
            self.wait = wait
        }

        /// With a reserve for a tenth of a second, because turns come in bursts. Rate and reserve together stay a tenth
        /// below `perSecond` in every second, wherever it begins: whoever has a turn may be late with it.
        fileprivate func bucket(now: Instant) -> TokenBucket {
            TokenBucket(rate: refill, capacity: 1 + perSecond / 10, now: now)
        }

        fileprivate var refill: Int { perSecond - perSecond / 5 }
    }

    package enum Answer: Equatable {
        case go
        /// In line; the place is for `leave`.
        case wait(place: Int)
        /// The line is as long as it may be.
        case full
        /// Whoever comes now would wait longer than anybody may.
        case tooLong
    }

    package private(set) var rules: Rules
    private var bucket: TokenBucket
    package private(set) var opening = 0
    /// The line; gaps are those who left. What stands before `head` has had its turn.
    private var line: [Ticket?] = []
    private var head = 0
    /// The place of `line[0]`.
    private var firstPlace = 0
    package private(set) var waiting = 0

    package init(_ rules: Rules, now: Instant) {
        self.rules = rules
        bucket = rules.bucket(now: now)
    }

    /// Other rules from now on; who waits keeps the place.
    package mutating func adopt(_ rules: Rules, now: Instant) {
        guard rules != self.rules else { return }
        self.rules = rules
        bucket = rules.bucket(now: now)
        // Nobody gains a second reserve by it.
        while rules.perSecond > 0 && bucket.take(now: now) {}
    }

    /// Nobody would notice if it began anew.
    package func isBlank(at now: Instant) -> Bool { opening == 0 && waiting == 0 && bucket.isFull(at: now) }

    /// Somebody wants to open a connection; after `go`, or its turn, `ended` has to follow.
    package mutating func enter(_ ticket: Ticket, now: Instant) -> Answer {
        if waiting == 0 && take(now: now) { return .go }
        if waiting >= rules.waiting { return .full }
        if rules.perSecond > 0 {
            let (time, overflow) = UInt64(waiting).multipliedReportingOverflow(by: 1_000)
            if overflow || time / UInt64(max(rules.refill, 1)) > rules.wait { return .tooLong }
        }
        line.append(ticket)
        waiting += 1
        return .wait(place: firstPlace + line.count - 1)
    }

    /// Gives up a place in line.
    package mutating func leave(_ place: Int) {
        let index = place - firstPlace
        guard line.indices.contains(index), index >= head, line[index] != nil else { return }
        line[index] = nil
        waiting -= 1
    }

    /// Whose turn it is; nil when nobody waits or nobody may go yet.
    package mutating func next(now: Instant) -> Ticket? {
        while head < line.count, line[head] == nil { head += 1 }
        guard head < line.count, take(now: now) else {
            compact()
            return nil
        }
        let ticket = line[head]
        line[head] = nil
        head += 1
        waiting -= 1
        return ticket
    }

    /// The connection stands or failed: it is not being opened any more.
    /// - Parameter wasRefused: it cost the server nothing, so it does not count.
    package mutating func ended(wasRefused: Bool) {
        opening = max(opening - 1, 0)
        if wasRefused { bucket.giveBack() }
    }

    /// Who waits, in order.
    package var tickets: [Ticket] { line[head...].compactMap(\.self) }

    private mutating func take(now: Instant) -> Bool {
        if rules.opening > 0 && opening >= rules.opening { return false }
        if rules.perSecond > 0 && !bucket.take(now: now) { return false }
        opening += 1
        return true
    }

    /// Once in a while, so that each place is moved only a few times.
    private mutating func compact() {
        if waiting == 0 {
            // A storm's line does not stay in memory.
            firstPlace += line.count
            line = []
        } else {
            guard head > 64 && head * 2 >= line.count else { return }
            line.removeFirst(head)
            firstPlace += head
        }
        head = 0
    }
}
