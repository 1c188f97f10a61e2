/// The handshakes of one thread that are under way, in the order in which they began. When there is one too many the oldest
/// gives way: it has had the most time. Knows sockets; what becomes of one is its owner's business.
package import Reactor

package final class Handshakes {
    /// How many there may be, at least 1.
    package var limit: Int
    package private(set) var count = 0
    private let giveWay: (StreamSocket) -> Void
    private unowned var oldest: Place?
    private unowned var newest: Place?

    /// - Parameter giveWay: has to close the socket.
    package init(limit: Int, giveWay: @escaping (StreamSocket) -> Void) {
        self.limit = limit
        self.giveWay = giveWay
    }

    /// A handshake's place, for as long as somebody holds it.
    package final class Place {
        fileprivate unowned let socket: StreamSocket
        private let line: Handshakes
        fileprivate unowned var older: Place?
        fileprivate unowned var newer: Place?

        fileprivate init(_ socket: StreamSocket, _ line: Handshakes) {
            self.socket = socket
            self.line = line
        }

        deinit { line.leave(older: older, newer: newer) }
    }

    package func enter(_ socket: StreamSocket) -> Place {
        if count >= limit, let socket = oldestSocket { giveWay(socket) }
        let place = Place(socket, self)
        place.older = newest
        newest?.newer = place
        newest = place
        if oldest == nil { oldest = place }
        count += 1
        return place
    }

    /// Not the place itself, which nobody may hold while its socket closes.
    private var oldestSocket: StreamSocket? { oldest?.socket }

    /// Whoever leaves is already on the way out of memory: only its neighbours are touched.
    private func leave(older: Place?, newer: Place?) {
        count -= 1
        if let older { older.newer = newer } else { oldest = newer }
        if let newer { newer.older = older } else { newest = older }
    }
}
