import Bytes
import TLSWire
import Testing
import WireTesting

@Suite struct TLSEngineTests {
    private let text = Array("<presence/>".utf8)

    private func pair(piece: Int = .max) throws -> Pair {
        let pair = Pair(try Certificates.server("good"), try Certificates.client(), piece: piece)
        pair.shakeHands()
        return pair
    }

    @Test("UP-013: two sides agree on TLS 1.3 and a good suite")
    func agreesOnTheNewestVersion() throws {
        let pair = try pair()
        #expect(pair.client.phase == .established && pair.server.phase == .established)
        #expect(pair.client.version == "TLSv1.3" && pair.server.cipher == "TLS_AES_128_GCM_SHA256")
        #expect(pair.server.serverName == "edge.test")
        #expect(pair.clientFailure == nil && pair.serverFailure == nil)
    }

    @Test func plainBytesCrossBothWays() throws {
        let pair = try pair()
        try pair.clientSends(text)
        #expect(pair.serverRead == text)
        let long = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try pair.serverSends(long)
        #expect(pair.clientRead == long)
        #expect(!pair.toServer.contains(subsequence: text), "in clear on the wire")
    }

    @Test(arguments: [1, 2, 3, 5, 7, 16, 64, 255, 1_000, 4_096])
    func theSameBytesArriveHoweverTheRecordsAreCut(piece: Int) throws {
        let pair = try pair(piece: piece)
        let long = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try pair.clientSends(long)
        try pair.serverSends(long)
        #expect(pair.serverRead == long && pair.clientRead == long)
        pair.exchange(fromClient: pair.ending(of: pair.client))
        #expect(pair.server.phase == .peerFinished)
    }

    @Test func aRecordMayBeCutAtEveryPlace() throws {
        let pair = try pair()
        let size = try pair.sealed(text, by: pair.client).count
        // What was sealed and not delivered would be missed.
        let other = try self.pair()
        for cut in 1..<size {
            let record = try other.sealed(text, by: other.client)
            other.exchange(fromClient: Array(record[..<cut]))
            #expect(other.serverRead.count == (cut - 1) * text.count, "half a record gave something")
            other.exchange(fromClient: Array(record[cut...]))
        }
        #expect(other.serverRead.count == (size - 1) * text.count)
    }

    @Test func bytesThatComeWithTheEndOfTheHandshakeAreRead() throws {
        let pair = Pair(try Certificates.server("good"), try Certificates.client())
        var hello = ByteBuffer()
        try pair.client.begin(output: &hello, pool: pair.pool)
        var plain = ByteBuffer()
        var answer = ByteBuffer()
        var last = ByteBuffer()
        try receive(hello, pair.server, &plain, &answer, pair.pool)
        try receive(answer, pair.client, &plain, &last, pair.pool)
        #expect(pair.client.isEstablished)
        try pair.client.send(text.span, output: &last, pool: pair.pool)
        var tickets = ByteBuffer()
        try receive(last, pair.server, &plain, &tickets, pair.pool)
        #expect(plain.withSpan { [UInt8](copying: $0) } == text)
    }

    private func receive(
        _ bytes: borrowing ByteBuffer, _ engine: TLSEngine, _ plain: inout ByteBuffer, _ output: inout ByteBuffer,
        _ pool: BufferPool
    ) throws {
        try bytes.withSpan { span throws(TLSFailure) in
            try engine.receive(span, plain: &plain, output: &output, pool: pool)
        }
    }

    @Test("UP-015: the end of one direction is said and seen, and the other goes on")
    func saysItsEnd() throws {
        let pair = try pair()
        pair.exchange(fromServer: pair.ending(of: pair.server))
        #expect(pair.client.phase == .peerFinished)
        try pair.clientSends(text)
        #expect(pair.serverRead == text)
        #expect(pair.clientFailure == nil)
    }

    @Test func whatFollowsTheEndIsNotRead() throws {
        let pair = try pair()
        let late = pair.ending(of: pair.client) + [UInt8](repeating: 0x17, count: 50)
        pair.exchange(fromClient: late)
        #expect(pair.server.phase == .peerFinished && pair.serverFailure == nil && pair.serverRead.isEmpty)
    }

    @Test func aChangedRecordBreaksTheConnection() throws {
        let pair = try pair()
        var record = try pair.sealed(text, by: pair.client)
        record[record.count - 1] ^= 1
        pair.exchange(fromClient: record)
        #expect(pair.server.phase == .broken && pair.serverRead.isEmpty)
        if case .broken = pair.serverFailure {} else { Issue.record("\(String(describing: pair.serverFailure))") }
        // And the client hears why.
        #expect(pair.clientFailure == .refused(alert: 20))
    }

    @Test func aBrokenConnectionDoesNotDisturbTheNext() throws {
        let broken = try pair()
        broken.exchange(fromClient: Array("GET / HTTP/1.1\r\n\r\n".utf8))
        #expect(broken.serverFailure != nil)
        let next = try pair()
        try next.clientSends(text)
        #expect(next.serverRead == text)
    }

    @Test func whatIsNotTLSIsRefusedAsThat() throws {
        for words in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "<?xml version='1.0'?><stream:stream>"] {
            let pair = Pair(try Certificates.server("good"), try Certificates.client())
            pair.exchange(fromClient: Array(words.utf8))
            #expect(pair.serverFailure == .notTLS)
        }
    }

    @Test func generatedNoiseNeverTraps() throws {
        let server = try Certificates.server("good")
        let client = try Certificates.client()
        var random = SplitMix64(seed: 9)
        for round in 0..<300 {
            let pair = Pair(server, client, piece: round % 7 + 1)
            var noise = (0..<Int.random(in: 1...600, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if round % 2 == 0 {
                noise.replaceSubrange(0..<min(3, noise.count), with: [0x16, 3, 1].prefix(noise.count))
            }
            pair.exchange(fromClient: noise)
            pair.exchange(fromServer: noise)
            #expect(!pair.server.isEstablished && !pair.client.isEstablished)
        }
    }
}

extension Array where Element == UInt8 {
    fileprivate func contains(subsequence: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: subsequence) }
    }
}
