import Testing
import WebSocketWire
import WireTesting

@Suite struct FrameDecoderTests {
    /// Two characters of two and four bytes, so that cuts fall inside them.
    private let greeting = "Grüße 😀"

    @Test func readsTheMaskedExampleOfRFC6455Section5_7() {
        let bytes: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(Receiver.events(bytes) == [.text("Hello")])
    }

    @Test("WS-016: every cut gives the same text")
    func cutsDoNotMatter() {
        let bytes = RawFrame.masked(0x81, greeting) + RawFrame.masked(0x89, "are you there") + RawFrame.masked(0x81)
        let whole: [Receiver.Event] = [.text(greeting), .ping(Array("are you there".utf8)), .text("")]
        for pieces in Cuts.all(of: bytes) { #expect(Receiver.events(pieces) == whole) }
    }

    @Test("WS-016: unmasks payloads of every length around the block size, in random cuts")
    func unmasksEveryLength() {
        for size in 0...100 {
            let text = String(repeating: "abcdefg", count: 15).prefix(size)
            let bytes = RawFrame.masked(0x81, String(text)) + RawFrame.masked(0x81, String(text.reversed()))
            let whole: [Receiver.Event] = [.text(String(text)), .text(String(text.reversed()))]
            for pieces in Cuts.random(of: bytes, count: 5, seed: UInt64(size)) {
                #expect(Receiver.events(pieces) == whole)
            }
        }
    }

    @Test(arguments: [125, 126, 127, 65_535, 65_536, 100_000])
    func readsAllFormsOfTheLength(size: Int) {
        let text = String(repeating: "x", count: size)
        #expect(Receiver.events(RawFrame.masked(0x81, text)) == [.text(text)])
    }

    @Test("WS-017: fragments make one message however they are cut")
    func fragmentsMakeOneMessage() {
        let bytes = RawFrame.masked(0x01, "<message>") + RawFrame.masked(0x00) + RawFrame.masked(0x80, "</message>")
        for pieces in Cuts.all(of: bytes) { #expect(Receiver.events(pieces) == [.text("<message></message>")]) }
    }

    @Test("WS-018: control frames between fragments are served at once")
    func controlFramesComeBetweenFragments() {
        var receiver = Receiver()
        receiver.receive(RawFrame.masked(0x01, "one") + RawFrame.masked(0x89, "p") + RawFrame.masked(0x8A, "q"))
        #expect(receiver.events == [.ping([0x70]), .pong([0x71])])
        receiver.receive(RawFrame.masked(0x80, "two"))
        #expect(receiver.events == [.ping([0x70]), .pong([0x71]), .text("onetwo")])
    }

    @Test("WS-021: pings of 0 to 125 bytes keep their payload, pongs nobody asked for are only told")
    func pingsKeepTheirPayload() {
        for size in [0, 1, 7, 8, 124, 125] {
            let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let bytes = RawFrame.masked(0x89, payload) + RawFrame.masked(0x8A, payload)
            for pieces in Cuts.all(of: bytes) {
                #expect(Receiver.events(pieces) == [.ping(payload), .pong(payload)])
            }
        }
    }

    @Test("WS-027: a character may be split over fragments and control frames")
    func charactersMayBeSplitOverFragments() {
        let text = Array(greeting.utf8)
        for cut in 0...text.count {
            let bytes =
                RawFrame.masked(0x01, Array(text[..<cut])) + RawFrame.masked(0x89, [0xFF])
                + RawFrame.masked(0x80, Array(text[cut...]))
            #expect(Receiver.events(bytes) == [.ping([0xFF]), .text(greeting)])
        }
    }

    @Test func handsOutPayloadAsFarAsItIsThere() {
        var receiver = Receiver()
        let frame = RawFrame.masked(0x81, "incomplete")
        receiver.receive(Array(frame.dropLast(3)))
        #expect(receiver.message == Array("incompl".utf8))
        #expect(receiver.leftover.isEmpty)
        receiver.receive(Array(frame.suffix(3)))
        #expect(receiver.events == [.text("incomplete")])
    }

    @Test func headersAloneAreNoSteps() {
        var receiver = Receiver()
        let frame = RawFrame.masked(0x81, "text")
        receiver.receive(Array(frame.prefix(6)))
        #expect(receiver.leftover == Array(frame.prefix(6)))
        receiver.receive(Array(frame.suffix(4)))
        #expect(receiver.events == [.text("text")])
    }

    @Test func leavesNoMoreThanItPromises() {
        var receiver = Receiver()
        let ping = RawFrame.masked(0x89, [UInt8](repeating: 1, count: 125))
        for byte in ping + RawFrame.masked(0x81, String(repeating: "y", count: 70_000)).prefix(20) {
            receiver.receive([byte])
        }
        #expect(receiver.events.count == 1)
        #expect(receiver.largestLeftover == FrameDecoder.maxLeftover)
        #expect(FrameDecoder.maxLeftover < 140)
    }

    @Test func staysSmallEnoughForEverySession() {
        #expect(MemoryLayout<FrameDecoder>.size <= 48)
    }

    @Test func decodesNothingBehindAClose() {
        let bytes = RawFrame.masked(0x88, [0x03, 0xE8]) + RawFrame.masked(0x81, "late")
        #expect(Receiver.events(bytes) == [.close(.normal, "")])
    }

    @Test func acceptsBinaryWhereItIsWanted() {
        let decoder = FrameDecoder(role: .server, acceptsBinary: true)
        let bytes = RawFrame.masked(0x02, [0xFF, 0x00]) + RawFrame.masked(0x80, [0xC0])
        for pieces in Cuts.all(of: bytes) {
            #expect(Receiver.events(pieces, decoder) == [.binary([0xFF, 0x00, 0xC0])])
        }
    }

    @Test func readsAServersFramesInTheClientRole() {
        let decoder = FrameDecoder(role: .client)
        let bytes = RawFrame.plain(0x81, Array(greeting.utf8)) + RawFrame.plain(0x88, [0x03, 0xE9] + Array("bye".utf8))
        for pieces in Cuts.all(of: bytes) {
            #expect(Receiver.events(pieces, decoder) == [.text(greeting), .close(.goingAway, "bye")])
        }
    }

    @Test("PM-009: a first fragment may carry RSV1 only where compression was agreed, and its text is not checked")
    func compressedMessagesAreMarked() throws {
        let frame = RawFrame.masked(0xC1, [0xF2, 0x48])
        #expect(Receiver.events(frame) == [.failed(.reservedBits)])
        var input = frame
        var decoder = FrameDecoder(role: .server, acceptsCompressed: true)
        var span = input.mutableSpan
        let step = try decoder.next(&span, from: 0)
        guard case .data(let chunk, used: 8) = step else { throw Unexpected(step: step) }
        #expect(chunk.payload == 6..<8 && chunk.isStart && chunk.isEnd && chunk.isText && chunk.isCompressed)
    }

    private struct Unexpected: Error {
        let step: FrameDecoder.Step
    }

    @Test(
        "PM-009: RSV1 on a continuation or a control frame fails",
        arguments: [RawFrame.masked(0x01) + RawFrame.masked(0xC0), RawFrame.masked(0xC9), RawFrame.masked(0xC8)])
    func compressionBitStandsOnlyOnFirstFragments(bytes: [UInt8]) {
        let decoder = FrameDecoder(role: .server, acceptsCompressed: true)
        for pieces in Cuts.all(of: bytes) { #expect(Receiver.events(pieces, decoder).last == .failed(.reservedBits)) }
    }
}
