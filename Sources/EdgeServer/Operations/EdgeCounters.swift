/// The figures of the running server. Any thread may count; a reader sees each figure whole, not all at one moment.
internal import Synchronization

package final class EdgeCounters: Sendable {
    private let began = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)
    private let opened = Atomic<Int>(0)
    private let closed = Atomic<Int>(0)
    private let limits = LimitName.allCases.map { _ in Counter() }
    private let shaken = Atomic<Int>(0)
    private let handshakes = HandshakeTrouble.allCases.map { _ in Counter() }
    private let lookups = LookupFigure.allCases.map { _ in Counter() }

    /// One figure on its own, because an array cannot hold atomics.
    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    package init() {}

    // MARK: Counting

    package func sessionBegan() { began.add(1, ordering: .relaxed) }
    package func sessionEnded() { ended.add(1, ordering: .relaxed) }
    package func connectionOpened() { opened.add(1, ordering: .relaxed) }
    package func connectionClosed() { closed.add(1, ordering: .relaxed) }

    /// A peer reached a limit.
    package func count(_ limit: LimitName) {
        limits[limit.place].value.add(1, ordering: .relaxed)
    }

    /// A browser's handshake of TLS came to its end.
    package func handshakeDone() { shaken.add(1, ordering: .relaxed) }
    package func count(_ trouble: HandshakeTrouble) { handshakes[trouble.place].value.add(1, ordering: .relaxed) }
    package func count(_ lookup: LookupFigure) { lookups[lookup.place].value.add(1, ordering: .relaxed) }

    // MARK: Reading

    package var sessionsNow: Int { ended.difference(to: began) }
    package var sessionsTotal: Int { began.load(ordering: .relaxed) }
    package var connectionsNow: Int { closed.difference(to: opened) }
    package var connectionsTotal: Int { opened.load(ordering: .relaxed) }

    /// Browsers' handshakes of TLS that came to their end, and those that did not.
    package var handshakesDone: Int { shaken.load(ordering: .relaxed) }
    package func failed(_ trouble: HandshakeTrouble) -> Int { handshakes[trouble.place].value.load(ordering: .relaxed) }
    package func lookups(_ figure: LookupFigure) -> Int { lookups[figure.place].value.load(ordering: .relaxed) }

    /// How often a limit was reached.
    package func reached(_ limit: LimitName) -> Int {
        limits[limit.place].value.load(ordering: .relaxed)
    }
}

extension LimitName {
    /// Where its counter is.
    fileprivate var place: Int { Self.places[self] ?? 0 }

    private static let places = placesOfAll()
}

extension HandshakeTrouble {
    fileprivate var place: Int { Self.places[self] ?? 0 }

    private static let places = placesOfAll()
}

extension LookupFigure {
    fileprivate var place: Int { Self.places[self] ?? 0 }

    private static let places = placesOfAll()
}

extension CaseIterable where Self: Hashable {
    fileprivate static func placesOfAll() -> [Self: Int] {
        Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
    }
}

extension Atomic where Value == Int {
    /// What came in and has not gone out. The one that ends is read first, so that it is never negative.
    fileprivate borrowing func difference(to total: borrowing Atomic<Int>) -> Int {
        let gone = load(ordering: .acquiring)
        return total.load(ordering: .acquiring) - gone
    }
}
