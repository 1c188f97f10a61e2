import Testing
import WebSocketWire
import WireTesting

/// What the decoder refuses, row by row, and with which close code.
@Suite struct FrameFailureTests {
    /// The same failure however the bytes are cut, with this close code.
    private func expect(
        _ bytes: [UInt8], _ failure: FrameFailure, _ code: CloseCode, _ decoder: FrameDecoder = .init(role: .server)
    ) {
        for pieces in Cuts.all(of: bytes) {
            #expect(Receiver.events(pieces, decoder).contains(.failed(failure)), "\(pieces.count) pieces")
        }
        #expect(failure.closeCode == code)
    }

    @Test("WS-011: an unmasked client frame closes with 1002")
    func unmasked() {
        expect(RawFrame.plain(0x81, Array("Hello".utf8)), .unmasked, .protocolError)
    }

    @Test("WS-012: a masked server frame closes with 1002 in the client role")
    func masked() {
        expect(RawFrame.masked(0x8A, "x"), .masked, .protocolError, FrameDecoder(role: .client))
    }

    @Test("WS-013: reserved bits close with 1002", arguments: [0xC1, 0xA1, 0x91, 0xF1, 0xC9, 0xA8] as [UInt8])
    func reservedBits(first: UInt8) {
        expect(RawFrame.masked(first, "x"), .reservedBits, .protocolError)
    }

    @Test("WS-014: reserved opcodes close with 1002", arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8])
    func reservedOpcode(opcode: UInt8) {
        expect(RawFrame.masked(0x80 | opcode), .reservedOpcode, .protocolError)
    }

    @Test(
        "WS-015: a length not in its shortest form closes with 1002",
        arguments: [
            [0x81, 0xFE, 0x00, 0x64], [0x81, 0xFE, 0x00, 0x7D], [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0x03, 0xE8],
            [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
        ] as [[UInt8]])
    func lengthNotMinimal(bytes: [UInt8]) {
        expect(bytes, .lengthNotMinimal, .protocolError)
    }

    @Test("WS-015: the top bit of a 64-bit length closes with 1002")
    func lengthTopBit() {
        expect([0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1], .lengthTopBit, .protocolError)
        expect([0x81, 0xFF] + [UInt8](repeating: 0xFF, count: 8), .lengthTopBit, .protocolError)
    }

    @Test("WS-019: a continuation without a start closes with 1002")
    func unexpectedContinuation() {
        expect(RawFrame.masked(0x80, "x"), .unexpectedContinuation, .protocolError)
        expect(RawFrame.masked(0x81, "x") + RawFrame.masked(0x00, "y"), .unexpectedContinuation, .protocolError)
    }

    @Test("WS-019: a new data frame inside a message closes with 1002")
    func unfinishedMessage() {
        expect(RawFrame.masked(0x01, "x") + RawFrame.masked(0x81, "y"), .unfinishedMessage, .protocolError)
    }

    @Test("WS-020: fragmented control frames close with 1002", arguments: [0x08, 0x09, 0x0A] as [UInt8])
    func fragmentedControl(first: UInt8) {
        expect(RawFrame.masked(first), .fragmentedControl, .protocolError)
    }

    @Test("WS-020: control frames over 125 bytes close with 1002", arguments: [0x88, 0x89, 0x8A] as [UInt8])
    func oversizedControl(first: UInt8) {
        expect(
            RawFrame.masked(first, [UInt8](repeating: 0, count: 126)), .oversizedControl, .protocolError)
        expect([first, 0xFF], .oversizedControl, .protocolError)
    }

    @Test("WS-022: a close body of one byte closes with 1002")
    func closeLength() {
        expect(RawFrame.masked(0x88, [0x03]), .closeLength, .protocolError)
    }

    @Test("WS-022: close codes that may not be sent close with 1002")
    func closeCodes() {
        for code: UInt16 in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
            expect(
                RawFrame.masked(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)]), .closeCode, .protocolError)
        }
    }

    @Test("WS-022: a close reason that is not UTF-8 closes with 1007")
    func closeReason() {
        for reason: [UInt8] in [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80]] {
            expect(RawFrame.masked(0x88, [0x03, 0xE8] + reason), .invalidUTF8, .invalidPayload)
        }
    }

    @Test("WX-003: a binary message closes with 1003")
    func binary() {
        expect(RawFrame.masked(0x82, [1]), .binary, .unsupportedData)
        expect(RawFrame.masked(0x02), .binary, .unsupportedData)
    }

    @Test(
        "WS-027: text that is not UTF-8 closes with 1007",
        arguments: [
            [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xFF],
            [0xF4, 0x90, 0x80, 0x80], [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x80], [0xC3],
            [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func invalidUTF8(text: [UInt8]) {
        expect(RawFrame.masked(0x81, text), .invalidUTF8, .invalidPayload)
        expect(RawFrame.masked(0x01, text) + RawFrame.masked(0x80), .invalidUTF8, .invalidPayload)
    }

    @Test("WS-027: bad UTF-8 is found before its frame is complete")
    func failsFast() {
        let frame = RawFrame.masked(0x01, [0xCE, 0xBA, 0xF4, 0x90] + [UInt8](repeating: 0x61, count: 200))
        #expect(Receiver.events(Array(frame.prefix(12))) == [.failed(.invalidUTF8)])
    }

    @Test("WS-027: a character cut off by a fragment is not completed behind ASCII")
    func asciiInsideACharacter() {
        let bytes = RawFrame.masked(0x01, [0xE2, 0x82]) + RawFrame.masked(0x00, [0x61]) + RawFrame.masked(0x80, [0xAC])
        expect(bytes, .invalidUTF8, .invalidPayload)
    }

    @Test("WS-027: each message is checked for itself")
    func checksEachMessageForItself() {
        let decoder = FrameDecoder(role: .server, acceptsBinary: true)
        let bytes = RawFrame.masked(0x82, [0xE2]) + RawFrame.masked(0x81, [0x82, 0xAC])
        #expect(Receiver.events(bytes, decoder) == [.binary([0xE2]), .failed(.invalidUTF8)])
    }

    @Test("WS-028: a frame over the limit closes with 1009 from its header alone")
    func messageTooBig() {
        let limits = FrameLimits(maxMessage: 1_000)
        let decoder = FrameDecoder(role: .server, limits: limits)
        expect([0x81, 0xFE, 0x03, 0xE9], .messageTooBig, .messageTooBig, decoder)
        expect([0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0], .messageTooBig, .messageTooBig, decoder)
        expect([0x81, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7), .messageTooBig, .messageTooBig, decoder)
        let fits = RawFrame.masked(0x81, [UInt8](repeating: 0x61, count: 1_000))
        #expect(Receiver.events(fits, decoder) == [.text(String(repeating: "a", count: 1_000))])
    }

    @Test("WS-028: the limit counts the message over all its fragments and starts anew with the next")
    func messageTooBigInFragments() {
        let decoder = FrameDecoder(role: .server, limits: FrameLimits(maxMessage: 10))
        let start = RawFrame.masked(0x01, "123456")
        expect(start + [0x80, 0x85], .messageTooBig, .messageTooBig, decoder)
        let fits = start + RawFrame.masked(0x80, "7890")
        #expect(Receiver.events(fits + fits, decoder) == [.text("1234567890"), .text("1234567890")])
    }

    @Test("WS-028: too many fragments close with 1009", arguments: [0, 1])
    func tooManyFragments(size: Int) {
        let decoder = FrameDecoder(role: .server, limits: FrameLimits(maxFragments: 3))
        let piece = [UInt8](repeating: 0x61, count: size)
        let three = RawFrame.masked(0x01, piece) + RawFrame.masked(0x00, piece)
        expect(three + RawFrame.masked(0x00, piece) + [0x00, 0x80], .tooManyFragments, .messageTooBig, decoder)
        let fits = three + RawFrame.masked(0x80, piece)
        #expect(
            Receiver.events(fits + fits, decoder).allSatisfy { $0 == .text(String(repeating: "a", count: 3 * size)) })
    }

    @Test("WS-028: a limit lowered inside a message refuses its next frame")
    func loweredLimit() throws {
        var decoder = FrameDecoder(role: .server)
        var input = RawFrame.masked(0x01, "123456") + RawFrame.masked(0x80, "7")
        var span = input.mutableSpan
        guard case .data(_, let used) = try decoder.next(&span, from: 0) else { throw CancellationError() }
        decoder.limits = FrameLimits(maxMessage: 3)
        var failure: FrameFailure?
        do throws(FrameFailure) { _ = try decoder.next(&span, from: used) } catch { failure = error }
        #expect(failure == .messageTooBig)
    }

    @Test("WS-025: nothing is decoded after a failure")
    func staysFailed() {
        var receiver = Receiver()
        receiver.receive([0x83])
        receiver.receive(RawFrame.masked(0x81, "<message/>"))
        #expect(receiver.events == [.failed(.reservedOpcode), .failed(.reservedOpcode)])
    }

    @Test func everyFailureHasACloseCodeForTheWireAndAShortReason() {
        for failure in FrameFailure.allCases {
            #expect(failure.closeCode.isAllowedOnWire)
            #expect((1...123).contains(failure.reason.utf8CodeUnitCount))
        }
    }
}
