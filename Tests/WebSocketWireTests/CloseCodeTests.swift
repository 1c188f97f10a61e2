import Testing
import WebSocketWire

@Suite struct CloseCodeTests {
    @Test("WS-022: exactly 1000-1003, 1007-1014 and 3000-4999 may be on the wire")
    func wireCodes() {
        let allowed = (0...UInt16.max).filter { CloseCode(rawValue: $0).isAllowedOnWire }
        #expect(allowed == Array(1000...1003) + Array(1007...1014) + Array(3000...4999))
    }

    @Test("WS-022: codes that may be sent are taken, with and without a reason")
    func accepted() {
        for code: UInt16 in [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999] {
            let body = [UInt8(code >> 8), UInt8(code & 0xFF)]
            let bare = Receiver.events(RawFrame.masked(0x88, body))
            #expect(bare == [.close(CloseCode(rawValue: code), "")])
            let explained = Receiver.events(RawFrame.masked(0x88, body + Array("é".utf8)))
            #expect(explained == [.close(CloseCode(rawValue: code), "é")])
        }
        #expect(Receiver.events(RawFrame.masked(0x88)) == [.close(nil, "")])
    }

    @Test(
        "WS-031: the code table",
        arguments: [
            (.normal, 1000), (.goingAway, 1001), (.protocolError, 1002), (.unsupportedData, 1003),
            (.invalidPayload, 1007), (.policyViolation, 1008), (.messageTooBig, 1009), (.internalError, 1011),
        ] as [(CloseCode, UInt16)])
    func codeTable(code: CloseCode, number: UInt16) {
        #expect(code.rawValue == number && code.isAllowedOnWire)
    }
}
