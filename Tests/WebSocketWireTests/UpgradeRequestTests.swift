import Bytes
import Testing
import WebSocketWire

@Suite struct UpgradeRequestTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let good = [
        ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", key),
        ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Protocol", "xmpp"),
    ]

    private enum Outcome: Equatable {
        case accepted(key: String, subprotocol: String?)
        case refused(UpgradeRefusal)
    }

    private func request(
        _ fields: [(String, String)] = good, isGET: Bool = true, minor: Int = 1, hasHost: Bool = true,
        hasBody: Bool = false
    ) -> UpgradeRequest {
        var request = UpgradeRequest(isGET: isGET, minorVersion: minor, hasHost: hasHost, hasBody: hasBody)
        for (name, value) in fields { request.add(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        return request
    }

    private func outcome(_ request: UpgradeRequest, subprotocol: StaticString? = "xmpp") -> Outcome {
        do {
            let answer = try request.accept(subprotocol: subprotocol)
            return .accepted(
                key: String(decoding: answer.acceptKey, as: UTF8.self),
                subprotocol: answer.subprotocol.map { "\($0)" })
        } catch {
            return .refused(error)
        }
    }

    /// The good fields with one replaced by others of the same name, or left out.
    private func outcome(replacing name: String, by values: [String]) -> Outcome {
        outcome(request(Self.good.filter { $0.0 != name } + values.map { (name, $0) }))
    }

    private let accepted = Outcome.accepted(key: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", subprotocol: "xmpp")

    @Test("WS-005: the accept key of the standard's example")
    func acceptKey() {
        #expect(outcome(request()) == accepted)
    }

    @Test("WS-001: only GET over HTTP/1.1")
    func methodAndVersion() {
        #expect(outcome(request(isGET: false)) == .refused(.notGET))
        #expect(outcome(request(minor: 0)) == .refused(.httpTooOld))
        #expect(UpgradeRefusal.notGET.status == 405)
        #expect(UpgradeRefusal.httpTooOld.status == 400)
    }

    @Test("WS-002: Host must be there")
    func host() {
        #expect(outcome(request(hasHost: false)) == .refused(.noHost))
        #expect(UpgradeRefusal.noHost.status == 400)
    }

    @Test("WS-002: Upgrade and Connection are lists of tokens in any case")
    func upgradeTokens() {
        for value in ["WebSocket", "h2c, websocket", "websocket,h2c", " , WEBSOCKET\t,"] {
            #expect(outcome(replacing: "Upgrade", by: [value]) == accepted)
        }
        for value in ["keep-alive, Upgrade", "upgrade", "UPGRADE ,close"] {
            #expect(outcome(replacing: "Connection", by: [value]) == accepted)
        }
        #expect(outcome(replacing: "Connection", by: ["keep-alive", "Upgrade"]) == accepted)
        for values in [[], [""], ["websockets"], ["web socket"], ["h2c"]] {
            #expect(outcome(replacing: "Upgrade", by: values) == .refused(.noUpgrade))
        }
        for values in [[], ["keep-alive"], ["upgraded"]] {
            #expect(outcome(replacing: "Connection", by: values) == .refused(.noConnectionUpgrade))
        }
    }

    @Test("WS-003: exactly one key of 16 bytes in Base64")
    func key() {
        let bad = [
            [], [Self.key, Self.key], [""], ["dGhlIHNhbXBsZSBub25jZQ"], ["dGhlIHNhbXBsZSBub25j"],
            ["dGhlIHNhbXBsZSBub25jZXg="], ["dGhlIHNhbXBsZSBub25jZ_=="], ["dGhlIHNhbXBsZSBub25jZQ==, x"],
        ]
        for values in bad {
            #expect(outcome(replacing: "Sec-WebSocket-Key", by: values) == .refused(.invalidKey), "\(values)")
        }
        #expect(UpgradeRefusal.invalidKey.status == 400)
    }

    @Test("WS-004: version 13 only, else 426 that names it")
    func version() {
        for values in [[], ["8"], ["13, 8"], ["013"], ["13", "13"], [""]] {
            #expect(outcome(replacing: "Sec-WebSocket-Version", by: values) == .refused(.unsupportedVersion))
        }
        let fields = UpgradeRefusal.unsupportedVersion.fields.map { "\($0.name): \($0.value)" }
        #expect(UpgradeRefusal.unsupportedVersion.status == 426)
        #expect(fields.contains("Sec-WebSocket-Version: 13"))
        #expect(fields.contains("Upgrade: websocket"))
    }

    @Test("WS-010: a handshake with a body is refused")
    func body() {
        #expect(outcome(request(hasBody: true)) == .refused(.hasBody))
        #expect(UpgradeRefusal.hasBody.status == 400)
    }

    @Test("WS-032: an ordinary GET is told to upgrade")
    func ordinaryGET() {
        let plain = request([("Accept", "text/html"), ("Connection", "keep-alive")])
        #expect(!plain.isUpgradeAttempt)
        #expect(outcome(plain) == .refused(.noUpgrade))
        #expect(UpgradeRefusal.noUpgrade.status == 426)
        #expect(UpgradeRefusal.noUpgrade.fields.contains { "\($0.name): \($0.value)" == "Upgrade: websocket" })
        #expect(request().isUpgradeAttempt)
    }

    @Test("WX-001: xmpp is chosen from a list and from several lines")
    func subprotocol() {
        for values in [["foo, xmpp"], ["foo", "xmpp"], ["xmpp,foo"], ["foo,\txmpp"], ["a", "b ,xmpp, c"]] {
            #expect(outcome(replacing: "Sec-WebSocket-Protocol", by: values) == accepted)
        }
    }

    @Test("WX-002: without xmpp there is no session, and case matters")
    func noSubprotocol() {
        for values in [[], ["XMPP"], ["xmpp2"], ["xm", "pp"], ["foo"], [""]] {
            let outcome = outcome(replacing: "Sec-WebSocket-Protocol", by: values)
            #expect(outcome == .refused(.subprotocolNotOffered), "\(values)")
        }
        #expect(UpgradeRefusal.subprotocolNotOffered.status == 400)
    }

    @Test("WS-008: no subprotocol is chosen where none is spoken")
    func noneSpoken() {
        let outcome = outcome(request(), subprotocol: nil)
        #expect(outcome == .accepted(key: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", subprotocol: nil))
    }

    @Test func fieldNamesMatchInAnyCase() {
        #expect(outcome(request(Self.good.map { ($0.0.uppercased(), $0.1) })) == accepted)
    }

    @Test func everyRefusalIsAnHTTPErrorWithAReason() {
        for refusal in UpgradeRefusal.allCases {
            #expect((400...499).contains(refusal.status))
            #expect(refusal.reason.utf8CodeUnitCount > 0)
        }
    }
}
