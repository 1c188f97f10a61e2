import Bytes
import Testing
import WebSocketWire

@Suite struct DeflateAgreementTests {
    private let pool = BufferPool()
    private static let both = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    /// The `Sec-WebSocket-Extensions` field of the answer to these fields, nil when it has none.
    private func answer(_ offers: [String], compresses: Bool = true, window: Int? = nil) throws(UpgradeRefusal)
        -> String?
    {
        var request = UpgradeRequest(isGET: true, minorVersion: 1, hasHost: true, hasBody: false)
        var fields = [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Version", "13"),
        ]
        fields += offers.map { ("Sec-WebSocket-Extensions", $0) }
        for (name, value) in fields { request.add(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        let answer = try request.accept(subprotocol: nil, compresses: compresses, window: window)
        var output = ByteBuffer()
        answer.append(to: &output, pool: pool)
        let lines = output.withSpan { String(reading: $0) }.split(separator: "\r\n")
        let name = "Sec-WebSocket-Extensions: "
        let line = lines.first { $0.hasPrefix(name) }
        #expect((line != nil) == (answer.deflate != nil))
        return line.map { String($0.dropFirst(name.count)) }
    }

    @Test("PM-001: offers are tried in order, others are passed over, and off means off")
    func order() throws {
        #expect(try answer(["permessage-deflate"]) == Self.both)
        #expect(try answer(["x-foo, permessage-deflate"]) == Self.both)
        #expect(
            try answer(["permessage-deflate;server_max_window_bits=12, permessage-deflate"])?.hasSuffix("=12") == true)
        #expect(try answer(["permessage-deflate"], compresses: false) == nil)
        #expect(try answer(["x-foo; bar=1", "permessage-bzip2"]) == nil)
        #expect(try answer([]) == nil)
    }

    @Test(
        "PM-002: an offer with an unknown, repeated or invalid parameter is declined, and a later one may win",
        arguments: [
            "foo", "foo=1", "server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
            "server_max_window_bits=08", "server_max_window_bits=010", "server_max_window_bits=abc",
            "server_max_window_bits=99999999999999999999", "server_max_window_bits=-9", "server_no_context_takeover=1",
            "client_no_context_takeover=true", "client_max_window_bits=7", "client_max_window_bits=16",
            "client_max_window_bits=09", "server_no_context_takeover; server_no_context_takeover",
            "client_no_context_takeover; client_no_context_takeover",
            "server_max_window_bits=10; server_max_window_bits=10", "client_max_window_bits; client_max_window_bits=9",
            "Server_No_Context_Takeover",
        ])
    func declined(parameters: String) throws {
        #expect(try answer(["permessage-deflate; \(parameters)"]) == nil)
        #expect(try answer(["permessage-deflate; \(parameters), permessage-deflate"]) == Self.both)
    }

    @Test("PM-003: server_max_window_bits is answered with the value offered", arguments: 9...15)
    func serverWindow(bits: Int) throws {
        let offer = "permessage-deflate; server_max_window_bits=\(bits)"
        #expect(try answer([offer]) == "\(Self.both); server_max_window_bits=\(bits)")
    }

    @Test("PM-004: a server window of 8, which zlib cannot write, is declined")
    func smallestWindow() throws {
        let offer = "permessage-deflate; server_max_window_bits=8"
        #expect(try answer([offer]) == nil)
        #expect(try answer(["\(offer), permessage-deflate; client_max_window_bits"]) == Self.both)
    }

    @Test(
        "PM-005: client_max_window_bits is taken and never answered",
        arguments: ["", "; client_max_window_bits", "; client_max_window_bits=8", "; client_max_window_bits=15"])
    func clientWindow(parameters: String) throws {
        #expect(try answer(["permessage-deflate\(parameters)"]) == Self.both)
    }

    @Test("PM-003, PM-005, PM-006, PM-007: windows are kept where wanted, as small as either side says")
    func keptWindows() throws {
        let keeping = "permessage-deflate; server_max_window_bits="
        let offered = "permessage-deflate; client_max_window_bits"
        #expect(try answer([offered], window: 11) == "\(keeping)11; client_max_window_bits=11")
        #expect(try answer(["\(offered)=9"], window: 11) == "\(keeping)11; client_max_window_bits=9")
        #expect(try answer(["\(offered); server_max_window_bits=9"], window: 12)?.hasPrefix("\(keeping)9;") == true)
        #expect(try answer(["\(offered); server_max_window_bits=8"], window: 12) == nil)
        #expect(
            try answer(["\(offered); server_no_context_takeover"], window: 11)
                == "permessage-deflate; server_no_context_takeover; server_max_window_bits=11; "
                + "client_max_window_bits=11")
    }

    @Test(
        "PM-005, PM-007: a client whose window cannot be limited to ours keeps none",
        arguments: ["", "; client_max_window_bits=8", "; client_max_window_bits; client_no_context_takeover"])
    func unlimitedClients(parameters: String) throws {
        #expect(
            try answer(["permessage-deflate\(parameters)"], window: 11)
                == "permessage-deflate; client_no_context_takeover; server_max_window_bits=11")
    }

    @Test("PM-006, PM-007: forgetting windows is always part of the answer, offered or not")
    func contextTakeover() throws {
        for offered in ["server_no_context_takeover", "client_no_context_takeover"] {
            #expect(try answer(["permessage-deflate; \(offered)"]) == Self.both)
        }
    }

    @Test(
        "PM-008: quoted values, spaces and several lines parse",
        arguments: [
            ["permessage-deflate; server_max_window_bits=\"10\""],
            ["permessage-deflate; server_max_window_bits=\"1\\0\""],
            ["permessage-deflate ;\tserver_max_window_bits = 10 "],
            [", ,permessage-deflate;server_max_window_bits=10,"],
            ["x-foo; a=\"b\"; c", "permessage-deflate; server_max_window_bits=10"],
        ])
    func syntax(fields: [String]) throws {
        #expect(try answer(fields) == "\(Self.both); server_max_window_bits=10")
    }

    @Test(
        "PM-008: syntax errors fail the handshake with 400",
        arguments: [
            "permessage-deflate; =1", "permessage-deflate;", "permessage-deflate; ;", "; a", "=1", "a b",
            "permessage-deflate; a=", "permessage-deflate; a=\"", "permessage-deflate; a=\"b", "a; b=\"\"",
            "a; b=\"c d\"", "a; b=\"c\\", "a; b=\"c\"d", "a; b=c=d", "permessage-deflate, x y", "a/b", "é",
        ])
    func syntaxErrors(field: String) {
        #expect(throws: UpgradeRefusal.invalidExtensions) { try answer([field]) }
        #expect(UpgradeRefusal.invalidExtensions.status == 400)
    }

    @Test func aClientTakesAnswersToItsOffer() throws {
        #expect(try client("permessage-deflate") == "false false nil")
        #expect(try client("permessage-deflate; server_no_context_takeover") == "true false nil")
        #expect(try client("\(Self.both); server_max_window_bits=9") == "true true Optional(9)")
        #expect(try client(nil) == "none")
        #expect(try client(nil, compresses: false) == "none")
    }

    @Test(arguments: [
        "permessage-deflate; client_max_window_bits=15", "permessage-deflate; foo", "x-foo", "permessage-deflate;",
        "permessage-deflate, permessage-deflate", "permessage-deflate; server_max_window_bits=16",
    ])
    func aClientRefusesOtherAnswers(field: String) {
        #expect(throws: HandshakeFailure.wrongExtensions) { try client(field) }
    }

    @Test func aClientThatOffersNothingTakesNothing() {
        #expect(throws: HandshakeFailure.wrongExtensions) { try client("permessage-deflate", compresses: false) }
    }

    private func client(_ answer: String?, compresses: Bool = true) throws -> String {
        var handshake = ClientHandshake(
            nonce: Array("the sample nonce".utf8), subprotocol: nil, compresses: compresses)
        var request = ByteBuffer()
        handshake.appendRequest(target: [0x2F], host: [0x68], origin: nil, to: &request, pool: pool)
        let offered = request.withSpan { String(reading: $0) }.contains("Extensions: permessage-deflate\r\n")
        #expect(offered == compresses)
        var fields = [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ]
        if let answer { fields.append(("Sec-WebSocket-Extensions", answer)) }
        for (name, value) in fields { handshake.add(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        guard let agreement = try handshake.check(status: 101) else { return "none" }
        return "\(agreement.serverForgets) \(agreement.clientForgets) \(String(describing: agreement.serverWindowBits))"
    }
}
