import Bytes
import Testing
import WebSocketWire

@Suite struct FrameEncoderTests {
    private let pool = BufferPool()

    private func written(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var output = ByteBuffer()
        write(&output)
        return output.withSpan { [UInt8](copying: $0) }
    }

    @Test("WS-012, WS-015: server frames are unmasked and take the shortest length")
    func shortestLength() {
        for size in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let payload = [UInt8](repeating: 0x61, count: size)
            let frame = written { FrameEncoder.append(.text, payload: payload.span, to: &$0, pool: pool) }
            #expect(frame == RawFrame.plain(0x81, payload))
            #expect(FrameEncoder.headerSize(payload: size) == frame.count - size)
        }
    }

    @Test("WS-012: control frames are unmasked, pongs too")
    func controlFrames() {
        let payload = Array("id".utf8)
        for (opcode, first) in [(Opcode.ping, 0x89), (.pong, 0x8A), (.close, 0x88)] as [(Opcode, UInt8)] {
            let frame = written { FrameEncoder.append(opcode, payload: payload.span, to: &$0, pool: pool) }
            #expect(frame == [first, 2] + payload)
        }
    }

    @Test("WS-021: a pong carries up to 125 bytes of the ping")
    func longPong() {
        let payload = [UInt8](repeating: 7, count: 125)
        let frame = written { FrameEncoder.append(.pong, payload: payload.span, to: &$0, pool: pool) }
        #expect(frame == [0x8A, 125] + payload)
    }

    @Test("PM-009: RSV1 is set where it is asked for")
    func compressedBit() {
        let header = written {
            FrameEncoder.appendHeader(.text, payloadSize: 3, isCompressed: true, to: &$0, pool: pool)
        }
        #expect(header == [0xC1, 3])
    }

    @Test func closeCarriesCodeAndReason() {
        let frame = written { FrameEncoder.appendClose(.goingAway, reason: "restart", to: &$0, pool: pool) }
        #expect(frame == [0x88, 9, 0x03, 0xE9] + Array("restart".utf8))
        let bare = written { FrameEncoder.appendClose(.normal, to: &$0, pool: pool) }
        #expect(bare == [0x88, 2, 0x03, 0xE8])
    }

    @Test(
        "WS-024: 1005, 1006, 1015 and other codes not for the wire give an empty Close",
        arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] as [UInt16])
    func forbiddenCodes(code: UInt16) {
        let frame = written {
            FrameEncoder.appendClose(CloseCode(rawValue: code), reason: "never", to: &$0, pool: pool)
        }
        #expect(frame == [0x88, 0])
    }

    @Test func closeReasonIsCutBetweenCharacters() throws {
        for (reason, kept) in [
            (String(repeating: "a", count: 123), 123), (String(repeating: "a", count: 124), 123),
            (String(repeating: "é", count: 62), 122), ("a" + String(repeating: "é", count: 62), 123),
            (String(repeating: "😀", count: 31), 120), ("abc" + String(repeating: "😀", count: 31), 123),
        ] {
            let text = Array(reason.utf8)
            let frame = written { FrameEncoder.appendClose(.normal, reason: text.span, to: &$0, pool: pool) }
            #expect(frame == [0x88, UInt8(2 + kept), 0x03, 0xE8] + text.prefix(kept))
            _ = try #require(String(validating: frame.dropFirst(4), as: UTF8.self))
        }
    }

    @Test func closeReasonWithoutCharacterBordersIsDroppedWhole() {
        let noise = [UInt8](repeating: 0x80, count: 200)
        let frame = written { FrameEncoder.appendClose(.normal, reason: noise.span, to: &$0, pool: pool) }
        #expect(frame == [0x88, 2, 0x03, 0xE8])
    }
}
