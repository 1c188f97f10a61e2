import Testing
import WireTesting
import XMLReference
import XMPPWire

/// What an element means as a child of a stream, whose default namespace is the client's.
private func meaningInStream(_ element: [UInt8]) -> ReferenceDocument.Element? {
    ReferenceDocument(Array("<s xmlns='jabber:client'>".utf8) + element + Array("</s>".utf8))?.root.children.first
}

@Suite struct PrefixRewriterTests {
    private let checker = StanzaChecker()

    @Test(
        "XS-016: elements in jabber:client lose their prefix",
        arguments: [
            ("<c:message xmlns:c='jabber:client'/>", "<message xmlns:c='jabber:client'/>"),
            (
                "<c:message xmlns:c='jabber:client' to='a>b'><c:body>x &gt; y</c:body></c:message>",
                "<message xmlns:c='jabber:client' to='a>b'><body>x &gt; y</body></message>"
            ),
            (
                "<m:message xmlns:m='jabber:client' xmlns='urn:x'><y/><m:body/></m:message>",
                "<message xmlns:m='jabber:client'><y xmlns='urn:x'/><body/></message>"
            ),
            (
                "<message xmlns='jabber:client' xmlns:c='jabber:client'><x xmlns='urn:x'><c:body c:a='1'/></x></message>",
                "<message xmlns='jabber:client' xmlns:c='jabber:client'><x xmlns='urn:x'><body c:a='1' "
                    + "xmlns='jabber:client'/></x></message>"
            ),
            (
                "<c:iq xmlns:c='jabber:client'><plain/></c:iq>",
                "<iq xmlns:c='jabber:client'><plain xmlns=''/></iq>"
            ),
            (
                "<x:r xmlns:x='urn:xmpp:sm:3'><y/></x:r>", "<x:r xmlns:x='urn:xmpp:sm:3'><y xmlns=''/></x:r>"
            ),
            (
                "<c:message xmlns:c='jabber:client' ><![CDATA[<c:body>]]>&amp;</c:message >",
                "<message xmlns:c='jabber:client'><![CDATA[<c:body>]]>&amp;</message>"
            ),
        ])
    func rewritten(text: String, expected: String) {
        #expect(checker.outcome(Array(text.utf8), .afterLogin).needsRewrite == true)
        #expect(checker.rewritten(text) == expected)
    }

    @Test("XS-016: a declaration in front and white space behind are not part of what is rewritten")
    func rewrittenElementOnly() {
        let text = "<?xml version='1.0'?>\n<c:presence xmlns:c='jabber:client'/> \n"
        #expect(checker.rewritten(text) == "<presence xmlns:c='jabber:client'/>")
    }

    @Test(
        "what means the same inside a stream is not rewritten",
        arguments: [
            "<message xmlns='jabber:client'><body/></message>", "<x:r xmlns:x='urn:xmpp:sm:3'/>",
            "<message xmlns='jabber:client' xmlns:c='jabber:client' c:a='1'><x xmlns='urn:x'><y/></x></message>",
        ])
    func untouched(text: String) {
        #expect(checker.outcome(Array(text.utf8), .afterLogin).needsRewrite == false)
    }

    @Test("PT-002, XS-008, XS-018: whatever passes means the same inside the server's stream, rewritten or not")
    func meaning() {
        var passed = 0
        var rewrites = 0
        for seed in 0..<4_000 {
            var generator = XMLGenerator(seed: UInt64(seed))
            let bytes = Array(generator.element().utf8)
            let outcome = checker.outcome(bytes, .afterLogin)
            guard case .passed(let element) = outcome else {
                #expect(outcome == .refused(.invalidNamespace), "seed \(seed)")
                continue
            }
            passed += 1
            let original = ReferenceDocument(bytes)?.root
            #expect(original != nil)
            if element.needsRewrite {
                rewrites += 1
                let output = checker.rewritten(bytes.span)
                #expect(meaningInStream(output) == original, "seed \(seed)")
            } else {
                #expect(meaningInStream(bytes) == original, "seed \(seed)")
            }
        }
        #expect(passed > 1_000)
        #expect(rewrites > 200)
    }
}
