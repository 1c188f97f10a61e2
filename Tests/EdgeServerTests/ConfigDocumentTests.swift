import EdgeServer
import Foundation
import Testing

@Suite struct ConfigDocumentTests {
    private func text(_ document: ConfigDocument, over base: String? = nil) throws -> String {
        String(decoding: try document.merged(over: base.map { Array($0.utf8) }), as: UTF8.self)
    }

    private let document = ConfigDocument(domains: ["example.org"], websocket: "/ws", bosh: nil)

    @Test("it names domains and endpoints")
    func members() throws {
        #expect(
            try text(document) == "{\"domains\":[\"example.org\"],\"domain\":\"example.org\",\"websocket\":\"/ws\"}\n")
        let open = ConfigDocument(domains: ["*"], websocket: nil, bosh: "/bosh")
        #expect(try text(open) == "{\"domains\":[\"*\"],\"bosh\":\"/bosh\"}\n")
    }

    @Test("settings give their domains and the first WebSocket path")
    func settings() throws {
        var settings = Settings()
        settings.upstreams = [
            DomainRoute(domain: "*", host: "a"), DomainRoute(domain: "B.example", host: "a"),
        ]
        let text = try text(ConfigDocument(settings))
        #expect(text.contains("\"domains\":[\"*\",\"b.example\"],\"domain\":\"b.example\""))
        #expect(text.contains("\"websocket\":\"/ws\""))
    }

    @Test("what the page offers to people without an account is there when it is offered")
    func offers() throws {
        var settings = Settings()
        #expect(try !text(ConfigDocument(settings)).contains("guest"))
        #expect(try !text(ConfigDocument(settings)).contains("registration"))
        settings.page.allowsRegistration = true
        settings.page.guestDomain = "guest.example"
        settings.page.guestRooms = ["a@rooms.example", "b\"@rooms.example"]
        let text = try text(ConfigDocument(settings))
        #expect(text.contains("\"registration\":true"))
        #expect(
            text.contains(
                "\"guest\":{\"domain\":\"guest.example\",\"rooms\":[\"a@rooms.example\",\"b\\\"@rooms.example\"]}"))
    }

    @Test("what the page's own document adds stays, and the edge's members win")
    func merging() throws {
        let base = """
             { "product" : "Chat \\"us\\" } ," , "domain":"old", "nested": {"a": [1, {"b": "}"}]}, "last":true }
            """
        let merged = try text(document, over: base)
        let read = try JSONSerialization.jsonObject(with: Data(merged.utf8)) as? [String: Any]
        #expect(read?["product"] as? String == "Chat \"us\" } ,")
        #expect(read?["domain"] as? String == "example.org")
        #expect(read?["last"] as? Bool == true)
        #expect((read?["nested"] as? [String: Any])?["a"] != nil)
        #expect(read?.count == 6)
        #expect(try text(document, over: "{}") == text(document))
    }

    @Test(
        "a document that is no object is refused",
        arguments: [
            "", "[]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{} x", "{\"a\":\"b}", "{a:1}", "{\"a\":[1}", "{\"a\\",
        ])
    func notAnObject(base: String) {
        #expect(throws: ConfigDocument.Failure.notAnObject) { try text(document, over: base) }
    }

    @Test("text comes back as it was put in")
    func escaping() throws {
        let hard = "a\"b\\c\n\u{0}\u{1F}</script>\u{2028}ö😀\u{7F}"
        let merged = try text(ConfigDocument(domains: [hard], websocket: nil, bosh: nil))
        #expect(!merged.contains("<") && !merged.dropLast().contains("\n"))
        let read = try JSONSerialization.jsonObject(with: Data(merged.utf8)) as? [String: Any]
        #expect(read?["domains"] as? [String] == [hard])
    }
}
