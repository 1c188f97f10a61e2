import Bytes
import Testing
import XMLReference
import XMPPWire

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
private func frame(_ text: String) throws(XMLFailure) -> ReadFrame { try ReadFrame.read(Array(text.utf8).span) }

@Suite struct FramingTests {
    private let header = StreamHeader(
        attributes: OpenAttributes(to: "a@edge.test", from: "edge.test", id: "i'd", version: "1.0", lang: "de"))

    @Test("WX-012, WX-010: <open/> says what the server's header says, to only if the client named itself")
    func answer() {
        let named = Framing.answer(to: header, domain: "edge.test", client: "a@edge.test")
        #expect(named == header.attributes)
        let unnamed = Framing.answer(to: header, domain: "edge.test", client: nil)
        #expect(unnamed.to == nil)
        #expect(unnamed.lang == "de" && unnamed.id == "i'd" && unnamed.from == "edge.test")
    }

    @Test("WX-012: a header without from or to still gives a complete <open/>")
    func answerFromLittle() {
        let bare = StreamHeader(attributes: OpenAttributes(from: "", id: "x"))
        let answer = Framing.answer(to: bare, domain: "edge.test", client: "a@edge.test")
        #expect(answer.from == "edge.test")
        #expect(answer.to == "a@edge.test")
    }

    @Test("WX-013: <open is followed by a blank and version='1.0'")
    func openLiterally() throws {
        let open = text(Framing.open(header.attributes))
        #expect(open.hasPrefix("<open "))
        #expect(open.contains("version='1.0'"))
        #expect(
            open == """
                <open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0' from='edge.test' to='a@edge.test' \
                id='i&apos;d' xml:lang='de'/>
                """)
        let old = text(Framing.open(OpenAttributes(version: "0.9")))
        #expect(old == "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>")
    }

    @Test("WX-013: the closing frame is byte-exact")
    func closeLiterally() {
        #expect("\(Framing.close)" == "<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" />")
    }

    @Test("WX-020: a closing frame can send the client elsewhere")
    func seeOther() throws {
        let close = text(Framing.close(seeOther: "wss://b.c/ws?a=1&b='\"<"))
        #expect(close.hasPrefix("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" see-other-uri=\""))
        #expect(try frame(close) == .close(seeOther: "wss://b.c/ws?a=1&b='\"<"))
    }

    @Test(
        "WX-009, WX-015: a stream error is one frame with the prefix declared", arguments: StreamErrorCondition.allCases
    )
    func errors(condition: StreamErrorCondition) throws {
        let bare = text(Framing.error(condition))
        #expect(
            bare == """
                <stream:error xmlns:stream='http://etherx.jabber.org/streams'>\
                <\(condition.rawValue) xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>
                """)
        #expect(try frame(bare) == .streamError(condition))
        let explained = Framing.error(condition, text: "a < b & \"c\"")
        #expect(try frame(text(explained)) == .streamError(condition))
        let root = ReferenceDocument(explained)?.root
        #expect(root?.name == "{http://etherx.jabber.org/streams}error")
        #expect(
            root?.children.map(\.name) == [
                "{urn:ietf:params:xml:ns:xmpp-streams}\(condition.rawValue)",
                "{urn:ietf:params:xml:ns:xmpp-streams}text",
            ])
        #expect(root?.children.last?.content == [.text("a < b & \"c\"")])
    }

    @Test("WX-008: every frame composed here stands alone")
    func standAlone() {
        let checker = StanzaChecker()
        for bytes in [
            Framing.open(header.attributes), Array("\(Framing.close)".utf8), Framing.close(seeOther: "wss://a"),
            Framing.error(.conflict, text: "x"),
        ] {
            #expect(ReferenceDocument(bytes) != nil)
            #expect(checker.outcome(bytes, .beforeLogin).kind != nil)
        }
    }

    @Test("WX-011, WX-012: an <open/> written by one side is read by the other, whatever it holds")
    func openPair() throws {
        var attributes = OpenAttributes(to: "b>c", from: "a'\"&<@b", id: "\n\t", version: "1.0", lang: "日本")
        attributes.others = [.init(name: "x", value: "&amp;"), .init(namespace: "urn:'x'", name: "y", value: "<>")]
        let bytes = Framing.open(attributes)
        #expect(try frame(text(bytes)) == .open(attributes))
        let checker = StanzaChecker()
        #expect(checker.outcome(bytes, .beforeLogin).kind == .open)
        #expect(checker.openAttributes == attributes)
    }

    @Test("a client tells the frames of a server apart")
    func reading() throws {
        #expect(try frame("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>") == .close(seeOther: nil))
        #expect(try frame("<s:features xmlns:s='http://etherx.jabber.org/streams'/>") == .features)
        #expect(
            try frame("<e:error xmlns:e='http://etherx.jabber.org/streams'><unheard-of xmlns='urn:x'/></e:error>")
                == .streamError(nil))
        #expect(try frame("<message xmlns='jabber:client'/>") == .element(name: "message", namespace: "jabber:client"))
        #expect(throws: XMLFailure.invalidNamespace) { try frame("<message/>") }
        #expect(throws: XMLFailure.invalidNamespace) { try frame("<stream:features/>") }
        #expect(throws: XMLFailure.notWellFormed) { try frame("") }
        #expect(throws: XMLFailure.notWellFormed) { try frame("text") }
    }
}
