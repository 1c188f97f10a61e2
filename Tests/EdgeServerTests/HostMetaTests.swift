/// What clients are told who look for this server.
import EdgeServer
import Testing

@Suite struct HostMetaTests {
    static func documents(_ change: (inout Settings) -> Void = { _ in }) throws -> (xrd: String, jrd: String) {
        var settings = Settings()
        settings.publicURL = PublicURL("https://chat.example.org:8443/")
        change(&settings)
        let documents = try #require(HostMeta(settings))
        return (String(decoding: documents.xrd, as: UTF8.self), String(decoding: documents.jrd, as: UTF8.self))
    }

    @Test("DM-001, DM-002: both forms name the same two addresses")
    func documents() throws {
        let (xrd, jrd) = try Self.documents()
        #expect(
            jrd == """
                {"links":[{"rel":"urn:xmpp:alt-connections:websocket","href":"wss://chat.example.org:8443/ws"},\
                {"rel":"urn:xmpp:alt-connections:xbosh","href":"https://chat.example.org:8443/bosh"}]}

                """)
        #expect(xrd.contains("<Link rel='urn:xmpp:alt-connections:websocket' href='wss://chat.example.org:8443/ws'/>"))
        #expect(xrd.contains("<Link rel='urn:xmpp:alt-connections:xbosh' href='https://chat.example.org:8443/bosh'/>"))
        #expect(!xrd.contains("Subject"))
    }

    @Test(
        "DM-003: only https is a public URL",
        arguments: ["http://a", "ws://a", "https://", "a", "https://a b", "https://a?b"])
    func insecure(_ text: String) {
        #expect(PublicURL(text) == nil)
    }

    @Test("DM-007: what has a meaning in XML or JSON is escaped")
    func escaping() throws {
        let (xrd, jrd) = try Self.documents { $0.websocketPaths = ["/a&b'c<\"d\\"] }
        #expect(xrd.contains("wss://chat.example.org:8443/a&amp;b&#39;c&lt;\"d\\'"))
        #expect(jrd.contains("/a&b'c\\u003c\\\"d\\\\\""))
    }

    @Test("DM-008: what is not configured is not told")
    func minimal() throws {
        let (xrd, jrd) = try Self.documents { $0.boshPaths = [] }
        #expect(!xrd.contains("xbosh"))
        #expect(!jrd.contains("xmpp\"") && !jrd.contains("ttl"))
        #expect(HostMeta(Settings()) == nil)
    }
}
