import Glibc
import Reactor
import TLSStream
import Testing

/// Sockets with their places, as their layers would hold them.
private final class Table {
    private let loop: EventLoop
    private(set) var line: Handshakes!
    private var places: [Int: Handshakes.Place] = [:]
    private var sockets: [Int: StreamSocket] = [:]
    private(set) var gone: [Int] = []

    init(limit: Int) throws {
        loop = try EventLoop()
        line = Handshakes(limit: limit) { [unowned self] socket in
            guard let number = sockets.first(where: { $0.value === socket })?.key else { return }
            gone.append(number)
            leave(number)
        }
    }

    func enter(_ numbers: ClosedRange<Int>) {
        for number in numbers {
            let socket = StreamSocket(loop: loop, connected: Descriptor(owning: open("/dev/null", O_RDONLY)))
            sockets[number] = socket
            places[number] = line.enter(socket)
        }
    }

    func leave(_ number: Int) {
        places[number] = nil
        sockets[number] = nil
    }
}

@Suite struct HandshakesTests {
    @Test("When there is one too many the oldest gives way")
    func oldestFirst() throws {
        let table = try Table(limit: 3)
        table.enter(1...3)
        #expect(table.gone == [] && table.line.count == 3)
        table.enter(4...5)
        #expect(table.gone == [1, 2] && table.line.count == 3)
    }

    @Test("Whoever has left, from wherever in the line, counts no more")
    func leaving() throws {
        for left in 1...4 {
            let table = try Table(limit: 4)
            table.enter(1...4)
            table.leave(left)
            #expect(table.line.count == 3)
            table.enter(5...9)
            #expect(table.gone == (1...5).filter { $0 != left })
        }
    }

    @Test("A line that was empty for a while goes on")
    func empty() throws {
        let table = try Table(limit: 2)
        table.enter(1...2)
        table.leave(1)
        table.leave(2)
        #expect(table.line.count == 0)
        table.enter(3...5)
        #expect(table.gone == [3])
        table.leave(5)
        table.leave(4)
        #expect(table.line.count == 0)
    }

    @Test("A limit that was lowered is reached as others end")
    func lowered() throws {
        let table = try Table(limit: 5)
        table.enter(1...5)
        table.line.limit = 2
        table.enter(6...6)
        #expect(table.gone == [1] && table.line.count == 5)
    }
}
