import Bytes
import Reactor
import Testing

/// A layer that is easy to see through: each side says "hi", then bytes are turned by one, and 0 ends a direction.
private final class ToyLayer: StreamLayer {
    private var greeting = 0

    override func begin(pool: BufferPool) { sealed.append("hi", pool: pool) }

    override func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        for index in wire.indices where !hasEnded && !isBroken {
            if greeting < 2 {
                guard wire[index] == Array("hi".utf8)[greeting] else {
                    sealed.append("!", pool: pool)
                    isBroken = true
                    return
                }
                greeting += 1
                isReady = greeting == 2
            } else if wire[index] == 0 {
                hasEnded = true
            } else {
                plain.append(wire[index] &+ 1, pool: pool)
            }
        }
    }

    override func seal(_ plain: Span<UInt8>, pool: BufferPool) {
        for index in plain.indices { sealed.append(plain[index] &- 1, pool: pool) }
    }

    override func sealEnd(pool: BufferPool) { sealed.append(0, pool: pool) }
}

@Suite struct StreamLayerTests {
    private func layered() throws -> Pair {
        let pair = try Pair()
        pair.client.secure(with: ToyLayer())
        pair.server.secure(with: ToyLayer())
        return pair
    }

    @Test func bytesWaitUntilTheLayerIsReadyAndCrossSealed() throws {
        let pair = try Pair()
        pair.client.secure(with: ToyLayer())
        pair.client.send([5, 6, 7])
        pair.run { pair.server.bytes.count >= 2 }
        for _ in 0..<5 { pair.loop.turn(atMost: 1) }
        #expect(pair.server.bytes == Array("hi".utf8), "the owner's bytes left before the layer was ready")
        pair.server.send(Array("hi".utf8))
        pair.run { pair.server.bytes.count == 5 }
        #expect(pair.server.bytes == Array("hi".utf8) + [4, 5, 6])
        #expect(pair.client.events == ["connected", "secured"])
    }

    @Test func carriesManyBytesBothWaysAndKeepsNoStorage() throws {
        let pair = try layered()
        let long = (0..<500_000).map { UInt8($0 % 200) + 2 }
        pair.client.send(long)
        pair.client.tellWhenDrained()
        pair.server.send([9])
        pair.run { pair.server.bytes.count == long.count && pair.client.bytes == [9] }
        // Compared first: a failed expectation would look for the differences of millions of bytes.
        let isSame = pair.server.bytes == long
        #expect(isSame)
        #expect(pair.client.events.filter { $0 == "drained" }.count == 1)
        #expect(pair.client.outbound.storage == 0 && pair.server.keptInput == 0)
    }

    @Test func theRestIsGivenAgainAndPausesLoseNothing() throws {
        let pair = try layered()
        pair.server.grain = 4
        pair.client.send([2, 3, 4, 5, 6, 7])
        pair.run { pair.server.bytes.count == 4 }
        #expect(pair.server.keptInput == 2)
        pair.server.pauseReading()
        pair.client.send([8, 9])
        for _ in 0..<5 { pair.loop.turn(atMost: 1) }
        #expect(pair.server.bytes.count == 4)
        pair.server.resumeReading()
        pair.run { pair.server.bytes.count == 8 }
        #expect(pair.server.bytes == [2, 3, 4, 5, 6, 7, 8, 9])
    }

    @Test func theLayersEndIsToldOnceAndBehindTheBytesBeforeIt() throws {
        let pair = try layered()
        pair.run { pair.client.isSecured && pair.server.isSecured }
        pair.server.onData = { server in
            server.events.append("data")
            server.pauseReading()
        }
        pair.client.send([5])
        pair.client.shutdownAfterFlush()
        pair.run { pair.server.events.contains("data") }
        for _ in 0..<5 { pair.loop.turn(atMost: 1) }
        #expect(pair.server.events == ["secured", "data"])
        pair.server.resumeReading()
        pair.run { pair.server.events.contains("finished") }
        for _ in 0..<5 { pair.loop.turn(atMost: 1) }
        #expect(pair.server.events == ["secured", "data", "finished"])
    }

    @Test func aCloseSaysTheEnd() throws {
        let pair = try Pair()
        pair.client.secure(with: ToyLayer())
        pair.server.send(Array("hi".utf8))
        pair.run { pair.client.isSecured }
        pair.client.close()
        pair.run { pair.server.events.contains("finished") }
        #expect(pair.server.bytes == Array("hi".utf8) + [0])
    }

    @Test func aCloseThatLosesBytesDoesNotSayThatThisWasAll() throws {
        let pair = try Pair()
        pair.client.secure(with: ToyLayer())
        pair.server.send(Array("hi".utf8))
        pair.run { pair.client.isSecured }
        pair.client.send([5])
        pair.client.close()
        pair.run { pair.server.events.contains("finished") }
        #expect(pair.server.bytes == Array("hi".utf8))
    }

    @Test func aBrokenLayerTellsThePeerAndFails() throws {
        let pair = try Pair()
        pair.server.secure(with: ToyLayer())
        pair.client.send(Array("what".utf8))
        pair.run { pair.server.events.contains("closed") && pair.client.bytes.count == 3 }
        #expect(pair.server.events == ["failed", "closed"])
        #expect(pair.client.bytes == Array("hi!".utf8))
    }

    @Test func anotherSocketTakesTheLayerOver() throws {
        let pair = try layered()
        let next = Box<Recorder>()
        pair.server.onData = { server in
            server.onData = nil
            next.value = Recorder(takingOver: server, rest: [7, 8].span)
            next.value?.open()
        }
        pair.client.send([5])
        pair.client.shutdownAfterFlush()
        pair.run { next.value?.events.contains("finished") == true }
        let taken = try #require(next.value)
        #expect(taken.bytes == [7, 8] && taken.events == ["finished"])
        taken.send([3, 4])
        pair.run { pair.client.bytes.count == 2 }
        #expect(pair.client.bytes == [3, 4])
    }

    @Test func bytesThatCameBeforeTheLayerAreForIt() throws {
        let pair = try Pair()
        let kept = Box<Recorder>()
        pair.server.onData = { server in
            server.onData = nil
            let next = Recorder(takingOver: server, rest: (Array("hi".utf8) + [4, 5]).span)
            next.secure(with: ToyLayer())
            next.open()
            kept.value = next
        }
        pair.client.send([1])
        pair.run { kept.value?.bytes.count == 2 }
        #expect(kept.value?.bytes == [5, 6])
    }
}
