import LoadTest
import Testing

@Suite struct StanzaTagTests {
    private func read(_ text: String) -> (kind: StanzaTag.Kind, id: String, isError: Bool) {
        let bytes = Array(text.utf8)
        let tag = StanzaTag(bytes.span)
        return (tag.kind, String(decoding: bytes[tag.id], as: UTF8.self), tag.isError)
    }

    @Test func readsKindIdAndErrorInAnyOrder() {
        #expect(read("<message id='a' type='error'><x/></message>") == (.message, "a", true))
        #expect(read("<message type=\"chat\" xmlns='jabber:client' id=\"b\"/>") == (.message, "b", false))
        #expect(read("<iq type='error' id='c'/>") == (.iq, "c", true))
        #expect(read("<presence from='x'>") == (.presence, "", false))
        #expect(read("<stream:features><id id='d'/></stream:features>") == (.other, "", false))
    }

    @Test func takesNothingFromOtherAttributesOrFromInside() {
        #expect(
            read("<message stanza-id='a' xid='b' subtype='error'><body id='c'/></message>") == (.message, "", false))
        #expect(read("<message to='a id=&apos;x&apos;' type='event'><b/></message>") == (.message, "", false))
        #expect(read("<message to=\"x>y id='q'\" id='z'/>") == (.message, "z", false))
    }

    @Test("A tag that ends anywhere is no trap")
    func cut() {
        let whole = Array("<message id='a' type='error'>".utf8)
        for count in whole.indices {
            let part = Array(whole[..<count])
            let tag = StanzaTag(part.span)
            #expect(tag.id.upperBound <= part.count)
        }
    }
}
