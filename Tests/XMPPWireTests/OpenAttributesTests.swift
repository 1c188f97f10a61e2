import Testing
import XMPPWire

@Suite struct OpenAttributesTests {
    @Test("XS-008: references in attributes of <open/> are read once and written once")
    func readsReferences() throws {
        let checker = StanzaChecker()
        let frame =
            "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='a&amp;b&lt;&#x3e;&apos;&quot;' version='1.0'/>"
        let kind = try checker.check(Array(frame.utf8).span, limits: .beforeLogin).kind
        #expect(kind == .open)
        #expect(checker.openAttributes.to == "a&b<>'\"")
        let header = String(decoding: StreamHeader.bytes(checker.openAttributes), as: UTF8.self)
        #expect(
            header.contains("to=\"a&amp;b&lt;&gt;'&quot;\"") || header.contains("to=\"a&amp;b&lt;&gt;&apos;&quot;\""))
    }

    @Test("XS-021: an error that names another host is told apart from other errors")
    func tellsSeeOtherHost() throws {
        let start = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1'>"
        let errors: [(String, UpstreamElement)] = [
            (
                "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>h</see-other-host></stream:error>",
                .seeOtherHost
            ),
            ("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", .streamError),
            ("<stream:error><see-other-host xmlns='urn:other'/></stream:error>", .streamError),
            ("<stream:error/>", .streamError),
        ]
        for (error, expected) in errors {
            var scanner = StreamScanner()
            _ = try scanner.next(Array(start.utf8).span)
            let bytes = Array(error.utf8)
            guard case .element(let cut, _) = try scanner.next(bytes.span) else {
                Issue.record("no element: \(error)")
                continue
            }
            let found = scanner.classify(cut, in: bytes.span)
            #expect(found == expected)
        }
    }
}
