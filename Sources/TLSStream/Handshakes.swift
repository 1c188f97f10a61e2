/// The handshakes of one thread: how many are under way at one time, and who waits for a place. While somebody waits, those
/// that take too long give way, the oldest first. Knows sockets and times; what becomes of one is its owner's business.
package import Reactor

package final class Handshakes: LoopMember {
    /// How many there may be, at least 1.
    package var limit: Int
    private let patience: UInt64
    private let giveWay: (StreamSocket) -> Void
    private var underWay = Line()
    private var waiting = Line()
    /// Those who wait are looked at in the next turn.
    private var isDue = false

    /// Milliseconds that a handshake may take while others wait. 2 s: two answers from the other side of the world, one of
    /// them lost on the way once.
    package static let patience: UInt64 = 2_000

    /// - Parameter giveWay: has to close the socket.
    package init(
        loop: EventLoop, limit: Int, patience: UInt64 = Handshakes.patience, giveWay: @escaping (StreamSocket) -> Void
    ) {
        self.limit = limit
        self.patience = patience
        self.giveWay = giveWay
        super.init(loop: loop)
    }

    package var count: Int { underWay.count }
    package var waitingCount: Int { waiting.count }

    /// A place among those under way, or among those who wait.
    package final class Place {
        fileprivate unowned let socket: StreamSocket
        private let home: Handshakes
        fileprivate unowned var older: Place?
        fileprivate unowned var newer: Place?
        /// When it came to be under way.
        fileprivate var began = Instant.never
        private var hasLeft = false

        fileprivate init(_ socket: StreamSocket, _ home: Handshakes) {
            self.socket = socket
            self.home = home
        }

        /// False for one who waits. The socket's layer is given what it put back when that changes.
        package var isUnderWay: Bool { began < .never }

        /// The handshake has come to an end, whichever.
        package func leave() {
            guard !hasLeft else { return }
            hasLeft = true
            home.remove(isUnderWay, older: older, newer: newer)
            older = nil
            newer = nil
            home.lookForRoom()
        }

        // Only the neighbours are touched: with a socket that was never closed the loop is going as well.
        deinit {
            if !hasLeft { home.remove(isUnderWay, older: older, newer: newer) }
        }
    }

    package func enter(_ socket: StreamSocket) -> Place {
        let place = Place(socket, self)
        if underWay.count < limit && waiting.count == 0 {
            place.began = loop.now
            underWay.append(place)
        } else {
            waiting.append(place)
            if !isRegistered { loop.register(self) }
            lookAtTheOldest()
        }
        return place
    }

    private func remove(_ wasUnderWay: Bool, older: Place?, newer: Place?) {
        if wasUnderWay {
            underWay.close(between: older, and: newer)
        } else {
            waiting.close(between: older, and: newer)
        }
    }

    private func lookForRoom() {
        guard waiting.count > 0, !isDue else { return }
        isDue = true
        loop.putOff(self)
    }

    package override func takeUp() {
        isDue = false
        while underWay.count < limit, let place = waiting.oldest {
            waiting.close(between: nil, and: place.newer)
            place.newer = nil
            place.began = loop.now
            underWay.append(place)
            place.socket.takeUpLayer()
        }
        lookAtTheOldest()
    }

    private func lookAtTheOldest() {
        guard waiting.count > 0, let oldest = underWay.oldest else { return }
        deadline = oldest.began + patience
    }

    package override func deadlineReached() {
        var wanted = waiting.count
        while wanted > 0, let socket = socketOfTheOldest {
            wanted -= 1
            giveWay(socket)
        }
        lookAtTheOldest()
    }

    /// Of one that has taken too long.
    private var socketOfTheOldest: StreamSocket? {
        guard let oldest = underWay.oldest, loop.now >= oldest.began + patience else { return nil }
        return oldest.socket
    }
}

/// Places in order, which know their neighbours: each can leave at once, from wherever it stands.
private struct Line {
    private(set) var count = 0
    private(set) unowned var oldest: Handshakes.Place?
    private unowned var newest: Handshakes.Place?

    mutating func append(_ place: Handshakes.Place) {
        place.older = newest
        newest?.newer = place
        newest = place
        if count == 0 { oldest = place }
        count += 1
    }

    /// Takes out the one between these two.
    mutating func close(between older: Handshakes.Place?, and newer: Handshakes.Place?) {
        count -= 1
        if let older { older.newer = newer } else { oldest = newer }
        if let newer { newer.older = older } else { newest = older }
    }
}
