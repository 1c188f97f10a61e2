import Bytes
import Reactor
import Testing

/// A socket that writes down what happens to it.
final class Recorder: StreamSocket {
    var bytes: [UInt8] = []
    var events: [String] = []
    /// Uses only whole runs of this many bytes.
    var grain = 1
    var onData: ((Recorder) -> Void)?

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        let used = input.count / grain * grain
        bytes += [UInt8](copying: input.span.extracting(..<used))
        onData?(self)
        return used
    }
    override func peerFinished() { events.append("finished") }
    override func failed(_ failure: SystemFailure) {
        events.append("failed")
        close()
    }
    override func connected() { events.append("connected") }
    override func secured() { events.append("secured") }
    override func timedOut() { events.append("timed out") }
    override func drained() { events.append("drained") }
    override func closed() { events.append("closed") }

    func send(_ bytes: [UInt8]) {
        outbound.append(bytes, pool: loop.pool)
        touchOutput()
    }
}

/// A loop with both ends of one loopback connection.
struct Pair {
    let loop: EventLoop
    let client: Recorder
    let server: Recorder

    init() throws {
        let loop = try EventLoop()
        self.loop = loop
        let socket = try ListeningSocket.tcp(try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0])
        let address = socket.address
        let accepted = Box<Recorder>()
        let listener = Listener(loop: loop, socket: socket) { descriptor, _ in
            accepted.value = Recorder(loop: loop, connected: descriptor)
            accepted.value?.open()
        }
        try listener.open()
        client = Recorder(loop: loop, connectingTo: address)
        client.open()
        let end = Instant.now() + 60_000
        while (accepted.value == nil || client.isConnecting) && Instant.now() < end { loop.turn(atMost: 10) }
        server = try #require(accepted.value)
        listener.close()
    }

    /// Turns until `done`, at most a minute: far more than even a busy machine under a sanitizer needs.
    func run(until done: () -> Bool) {
        let end = Instant.now() + 60_000
        while !done() && Instant.now() < end { loop.turn(atMost: 10) }
    }
}

final class Box<Value> {
    var value: Value?
}

@Suite struct StreamSocketTests {
    @Test func carriesBytesBothWays() throws {
        let pair = try Pair()
        pair.client.send(Array("hello".utf8))
        pair.run { pair.server.bytes.count == 5 }
        pair.server.send(Array("world!".utf8))
        pair.run { pair.client.bytes.count == 6 }
        #expect(pair.server.bytes == Array("hello".utf8))
        #expect(pair.client.bytes == Array("world!".utf8))
        #expect(pair.client.events == ["connected"])
    }

    @Test func givesTheUnusedRestAgainInFrontOfWhatFollows() throws {
        let pair = try Pair()
        pair.server.grain = 4
        for part in [[1, 2, 3], [4, 5], [6, 7, 8, 9]] as [[UInt8]] {
            pair.client.send(part)
            let before = pair.server.bytes.count + pair.server.keptInput
            pair.run { pair.server.bytes.count + pair.server.keptInput == before + part.count }
        }
        #expect(pair.server.bytes == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(pair.server.keptInput == 1)
    }

    @Test func readsNothingWhilePausedAndLosesNothing() throws {
        let pair = try Pair()
        pair.server.pauseReading()
        pair.client.send([1, 2, 3])
        pair.run { false || pair.client.outbound.isEmpty }
        for _ in 0..<5 { pair.loop.turn(atMost: 1) }
        #expect(pair.server.bytes.isEmpty)
        pair.server.resumeReading()
        pair.run { pair.server.bytes.count == 3 }
        #expect(pair.server.bytes == [1, 2, 3])
    }

    @Test func givesKeptBytesBeforeItTellsTheEnd() throws {
        let pair = try Pair()
        pair.server.onData = { server in
            if server.grain == 100 { server.pauseReading() }
        }
        pair.server.grain = 100
        pair.client.send([1, 2, 3])
        pair.run { pair.server.isReadingPaused }
        pair.client.close()
        for _ in 0..<5 { pair.loop.turn(atMost: 1) }
        pair.server.grain = 1
        pair.server.onData = { server in server.events.append("data") }
        pair.server.resumeReading()
        pair.run { pair.server.events.contains("finished") }
        #expect(pair.server.events == ["data", "finished"])
        #expect(pair.server.bytes == [1, 2, 3])
    }

    @Test func tellsOnceWhenOutputHasDrainedAndKeepsNoStorage() throws {
        let pair = try Pair()
        let size = 8 << 20
        pair.server.pauseReading()
        pair.client.send([UInt8](repeating: 7, count: size))
        pair.client.tellWhenDrained()
        pair.run { pair.client.outbound.count < size }
        #expect(!pair.client.events.contains("drained"))
        pair.server.resumeReading()
        pair.run { pair.server.bytes.count == size }
        #expect(pair.server.bytes.count == size)
        #expect(pair.client.events.filter { $0 == "drained" }.count == 1)
        #expect(pair.client.outbound.storage == 0)
    }

    @Test("H1-036: a lingering close lets the peer read the last words instead of a reset")
    func lingers() throws {
        let pair = try Pair()
        pair.server.onData = { server in
            guard server.events.isEmpty else { return }
            server.events.append("refusing")
            server.outbound.append("no", pool: server.loop.pool)
            server.closeLingering(for: 60_000)
        }
        for _ in 0..<20 {
            pair.client.send([UInt8](repeating: 1, count: 20_000))
            pair.loop.turn(atMost: 5)
        }
        pair.run { pair.client.events.contains("finished") }
        #expect(pair.client.bytes == Array("no".utf8))
        #expect(!pair.client.events.contains("failed"))
        pair.client.close()
        pair.run { !pair.server.isOpen }
        #expect(pair.server.events == ["refusing", "closed"])
    }

    @Test func aLingeringSocketIsCutAtItsDeadline() throws {
        let pair = try Pair()
        pair.server.closeLingering(for: 100)
        pair.run { !pair.server.isOpen }
        #expect(pair.server.events == ["closed"])
        #expect(pair.client.isOpen)
    }

    @Test("H1-039: a reset harms only its own connection")
    func survivesReset() throws {
        let pair = try Pair()
        let other = try Pair()
        // Unread input makes the kernel answer the close with a reset.
        pair.server.send([1])
        pair.run { pair.server.outbound.isEmpty }
        pair.client.pauseReading()
        pair.client.close()
        for _ in 0..<20 where pair.server.isOpen {
            pair.server.send([1, 2, 3])
            pair.loop.turn(atMost: 10)
        }
        #expect(pair.server.events.last == "closed")
        other.client.send([1])
        other.run { other.server.bytes == [1] }
        #expect(other.server.bytes == [1])
    }

    @Test func tellsARefusedConnectLater() throws {
        let loop = try EventLoop()
        // A port from the kernel that is let go of may be another test's by now.
        let nobody = try SocketAddress.resolve(host: "127.0.0.1", port: 1)[0]
        let socket = Recorder(loop: loop, connectingTo: nobody)
        socket.open()
        #expect(socket.events.isEmpty)
        for _ in 0..<100 where socket.isOpen { loop.turn(atMost: 10) }
        #expect(socket.events == ["failed", "closed"])
    }

    @Test func aSocketTakenOverKeepsInputAndOutput() throws {
        let pair = try Pair()
        pair.server.grain = 10
        pair.client.send([1, 2, 3])
        pair.run { pair.server.keptInput == 3 }
        pair.server.outbound.append([9], pool: pair.loop.pool)
        let successor = Recorder(takingOver: pair.server, rest: ([0] as [UInt8]).span)
        successor.open()
        pair.run { successor.bytes.count == 4 && pair.client.bytes.count == 1 }
        #expect(successor.bytes == [1, 2, 3, 0])
        #expect(pair.client.bytes == [9])
        pair.client.send([4])
        pair.run { successor.bytes.count == 5 }
        #expect(successor.bytes == [1, 2, 3, 0, 4])
        #expect(!pair.server.isOpen)
    }

    @Test func whoeverTakesOverASocketHearsOfItsEndBehindWhatWasKept() throws {
        let pair = try Pair()
        pair.server.grain = 10
        pair.client.send([1, 2, 3])
        pair.client.shutdownAfterFlush()
        pair.run { pair.server.events.contains("finished") }
        let successor = Recorder(takingOver: pair.server, rest: ([4] as [UInt8]).span)
        var bytesBeforeTheEnd: [UInt8] = []
        successor.onData = { bytesBeforeTheEnd = $0.events.isEmpty ? $0.bytes : [] }
        successor.open()
        pair.run { successor.events.contains("finished") }
        #expect(successor.events == ["finished"])
        #expect(bytesBeforeTheEnd == [1, 2, 3, 4])
    }
}
