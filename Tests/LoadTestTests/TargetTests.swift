import Foundation
import LoadTest
import Testing

@Suite struct TargetTests {
    @Test(arguments: [
        ("ws://edge.example:8080/xmpp", "ws://edge.example:8080/xmpp"), ("ws://127.0.0.1", "ws://127.0.0.1:5280/ws"),
        ("http://[::1]:80", "http://[::1]:80/http-bind"), ("tcp://localhost", "tcp://localhost:5222"),
        ("xmpp://h:5", "tcp://h:5"), ("wss://edge.example", "wss://edge.example:443/ws"),
        ("https://h:1/b", "https://h:1/b"), ("starttls://h", "starttls://h:5222"), ("xmpps://h", "tls://h:5223"),
    ])
    func readsAURL(_ text: String, _ whole: String) throws {
        #expect(try Target(text).url == whole)
    }

    @Test(arguments: ["127.0.0.1:5222", "ftp://h", "ws://", "ws://h:70000/", "ws://h:x", "ws://h/a b"])
    func refusesOthers(_ text: String) {
        #expect(throws: InvalidText.self) { try Target(text) }
    }

    @Test func resultsOfOldSayNothingOfTLS() throws {
        let text = #"{"transport": "ws", "host": "h", "port": 1, "path": "/ws"}"#
        let old = try JSONDecoder().decode(Target.self, from: Data(text.utf8))
        #expect(try old == Target("ws://h:1"))
        #expect(old.security == .none)
        let secure = try Target("starttls://h")
        #expect(try JSONDecoder().decode(Target.self, from: JSONEncoder().encode(secure)) == secure)
    }

    @Test func accountsFollowTheirPattern() {
        let accounts = Accounts(user: "user%d", password: "p%d", first: 10, count: 3)
        #expect(accounts.account(ofSession: 0) == Account(user: "user10", password: "p10"))
        #expect(accounts.account(ofSession: 4) == Account(user: "user11", password: "p11"))
        #expect(Accounts(user: nil).account(ofSession: 1) == nil)
    }
}
