import Bytes
import TLSWire
import Testing
import WireTesting

@Suite struct ClientHelloTests {
    private static func record(_ payload: [UInt8], type: UInt8 = 22) -> [UInt8] {
        [type, 3, 1, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
    }

    private static func message(_ size: Int, type: UInt8 = 1) -> [UInt8] {
        [type, UInt8(size >> 16), UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF)]
            + (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    }

    private enum Outcome: Equatable {
        case needMore
        /// With the number of bytes that had come.
        case whole(Int)
        case failure(TLSFailure, Int)
    }

    private static func run(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
        var hello = ClientHello()
        var bytes: [UInt8] = []
        for piece in pieces {
            bytes += piece
            do throws(TLSFailure) {
                if try hello.next(bytes.span) == .whole { return .whole(bytes.count) }
            } catch {
                return .failure(error, bytes.count)
            }
        }
        return .needMore
    }

    private static func byteByByte(_ bytes: [UInt8]) -> Outcome { run(bytes.indices.map { bytes[$0...$0] }) }

    @Test("A message is whole with its last byte, in however many records it comes")
    func whole() {
        let message = Self.message(300)
        var crumbs: [UInt8] = []
        for byte in message { crumbs += Self.record([byte]) }
        for wire in [
            Self.record(message), Self.record(Array(message[..<2])) + Self.record(Array(message[2...])),
            Self.record(Array(message[..<4])) + Self.record(Array(message[4...])),
            Self.record(Array(message[..<100])) + Self.record(Array(message[100...])),
            crumbs,
        ] {
            #expect(Self.byteByByte(wire) == .whole(wire.count))
            #expect(Self.run([wire[...]]) == .whole(wire.count))
        }
    }

    @Test("The same answer however the bytes are cut")
    func cuts() {
        let message = Self.message(60)
        let wire =
            Self.record(Array(message[..<3])) + Self.record(Array(message[3..<20])) + Self.record(Array(message[20...]))
        for pieces in Cuts.all(of: wire) { #expect(Self.run(pieces) == .whole(wire.count)) }
    }

    @Test("A real one is whole as it is sent, and not a byte before")
    func real() throws {
        let pair = Pair(try Certificates.server("good"), try Certificates.client())
        pair.shakeHands()
        // The client's first flight: the server has not said a word before.
        let size = 5 + Int(pair.toServer[3]) << 8 + Int(pair.toServer[4])
        #expect(Self.byteByByte(pair.toServer) == .whole(size))
    }

    @Test(
        "What is no TLS is told from the first bytes",
        arguments: ["GET / HTTP/1.1\r\n", "\u{0}", "SSH-2.0-x", "<stream", "PROXY "])
    func noTLS(_ text: String) {
        #expect(Self.byteByByte(Array(text.utf8)) == .failure(.notTLS, 1))
        #expect(Self.byteByByte([22, 2, 0]) == .failure(.notTLS, 2))
        #expect(Self.byteByByte([0x80, 0x2E, 1, 3, 1]) == .failure(.notTLS, 1))
    }

    @Test("What cannot become a ClientHello that somebody needs is refused as soon as that shows, before it is kept")
    func noHello() {
        #expect(Self.byteByByte(Self.record(Self.message(9, type: 2))) == .failure(.noHello, 6))
        #expect(Self.byteByByte(Self.record([])) == .failure(.noHello, 5))
        #expect(Self.byteByByte([22, 3, 1, 0xFF, 0xFF]) == .failure(.noHello, 5))
        // The length that the message announces, with one byte of it.
        #expect(Self.byteByByte(Self.record([1, 0, 0x3F, 0xFC, 0])) == .needMore)
        #expect(Self.byteByByte(Self.record([1, 0, 0x3F, 0xFD, 0])) == .failure(.noHello, 9))
        #expect(Self.byteByByte(Self.record([1, 0xFF, 0xFF, 0xFF, 0])) == .failure(.noHello, 9))
        // Another kind of record in the middle of it.
        let cut = Self.record(Array(Self.message(99)[..<50]))
        #expect(Self.byteByByte(cut + Self.record([2, 40], type: 21)) == .failure(.noHello, cut.count + 1))
    }

    @Test("A client cannot make many bytes of few by cutting the message into crumbs")
    func crumbs() {
        var wire: [UInt8] = []
        for byte in Self.message(16_000) { wire += Self.record([byte]) }
        guard case .failure(.noHello, let count) = Self.run(wire.indices.map { wire[$0...$0] }) else {
            Issue.record("crumbs were taken")
            return
        }
        #expect(count <= 17 << 10 + 5)
    }
}
