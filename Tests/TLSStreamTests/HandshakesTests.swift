import Glibc
import Reactor
import TLSStream
import Testing

/// Sockets with their places, as their layers would hold them.
private final class Table {
    let loop: EventLoop
    private(set) var handshakes: Handshakes!
    private var places: [Int: Handshakes.Place] = [:]
    private var sockets: [Int: StreamSocket] = [:]
    private(set) var gone: [Int] = []

    /// - Parameter patience: milliseconds; a minute is never.
    init(limit: Int, patience: UInt64 = 60_000) throws {
        loop = try EventLoop()
        handshakes = Handshakes(loop: loop, limit: limit, patience: patience) { [unowned self] socket in
            guard let number = sockets.first(where: { $0.value === socket })?.key else { return }
            gone.append(number)
            leave(number)
        }
    }

    func enter(_ numbers: ClosedRange<Int>) {
        for number in numbers {
            let socket = StreamSocket(loop: loop, connected: Descriptor(owning: open("/dev/null", O_RDONLY)))
            sockets[number] = socket
            places[number] = handshakes.enter(socket)
        }
    }

    func leave(_ number: Int) {
        places[number]?.leave()
        places[number] = nil
        sockets[number] = nil
    }

    /// Whoever was let in.
    var underWay: [Int] { places.filter(\.value.isUnderWay).map(\.key).sorted() }

    func turn() { loop.turn(atMost: 1) }

    func turn(until isDone: () -> Bool) {
        for _ in 0..<5_000 where !isDone() { loop.turn(atMost: 1) }
    }
}

@Suite struct HandshakesTests {
    @Test("The next ones wait, and come in by their order when others leave")
    func waiting() throws {
        let table = try Table(limit: 3)
        table.enter(1...6)
        table.turn()
        #expect(table.underWay == [1, 2, 3] && table.handshakes.waitingCount == 3)
        table.leave(2)
        table.turn()
        #expect(table.underWay == [1, 3, 4] && table.handshakes.count == 3)
        table.leave(1)
        table.leave(3)
        table.enter(7...7)
        table.turn()
        #expect(table.underWay == [4, 5, 6] && table.handshakes.waitingCount == 1)
    }

    @Test("Whoever leaves the line, from wherever in it, is passed over")
    func leavingTheLine() throws {
        for left in 3...6 {
            let table = try Table(limit: 2)
            table.enter(1...6)
            table.leave(left)
            #expect(table.handshakes.waitingCount == 3)
            table.leave(1)
            table.leave(2)
            table.turn()
            #expect(table.underWay == (3...6).filter { $0 != left }.prefix(2).map(\.self))
        }
    }

    @Test("Those under way are forgotten wherever they stand")
    func leaving() throws {
        for left in 1...4 {
            let table = try Table(limit: 4, patience: 0)
            table.enter(1...4)
            table.leave(left)
            table.enter(5...6)
            #expect(table.handshakes.count == 4)
            table.turn { table.gone.count == 1 }
            #expect(table.gone == [left == 1 ? 2 : 1])
        }
    }

    @Test("While somebody waits, those that take too long give way, the oldest first and no more than are waited for")
    func patience() throws {
        let table = try Table(limit: 4, patience: 200)
        table.enter(1...4)
        table.turn()
        #expect(table.gone == [])
        table.enter(5...6)
        table.turn { table.gone.count == 2 && table.handshakes.waitingCount == 0 }
        #expect(table.gone == [1, 2] && table.underWay == [3, 4, 5, 6])
    }

    @Test("Nobody has to give way while there is room, however long it takes")
    func room() throws {
        let table = try Table(limit: 3, patience: 0)
        table.enter(1...3)
        for _ in 0..<200 { table.turn() }
        #expect(table.gone == [] && table.underWay == [1, 2, 3])
    }

    @Test("A line that was empty for a while goes on")
    func empty() throws {
        let table = try Table(limit: 1)
        table.enter(1...2)
        table.leave(2)
        table.leave(1)
        table.turn()
        #expect(table.handshakes.count == 0 && table.handshakes.waitingCount == 0)
        table.enter(3...4)
        table.leave(3)
        table.turn()
        #expect(table.underWay == [4])
    }

    @Test("Whoever has not left when everything ends, or leaves twice, harms nobody")
    func end() throws {
        let loop = try EventLoop()
        let socket = StreamSocket(loop: loop, connected: Descriptor(owning: open("/dev/null", O_RDONLY)))
        let handshakes = Handshakes(loop: loop, limit: 2) { _ in }
        var places = (0..<5).map { _ in handshakes.enter(socket) }
        places[1].leave()
        places[1].leave()
        #expect(handshakes.count == 1 && handshakes.waitingCount == 3)
        places.remove(at: 0)
        places.removeLast()
        #expect(handshakes.count == 0 && handshakes.waitingCount == 2)
        places = []
        #expect(handshakes.waitingCount == 0)
    }

    @Test("A limit that was lowered is reached as others end, and a raised one lets in whoever waits")
    func otherLimit() throws {
        let table = try Table(limit: 3)
        table.enter(1...4)
        table.handshakes.limit = 1
        for number in 1...2 { table.leave(number) }
        table.turn()
        #expect(table.underWay == [3])
        table.handshakes.limit = 2
        table.leave(3)
        table.turn()
        #expect(table.underWay == [4])
    }
}
