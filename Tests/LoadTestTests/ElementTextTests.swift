import LoadTest
import Testing

@Suite struct ElementTextTests {
    @Test(arguments: [
        (
            "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/><text>no</text></failure>",
            "not-authorized"
        ),
        (
            "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
            "system-shutdown"
        ),
        ("<error xmlns='http://etherx.jabber.org/streams'>\n<conflict/></error>", "conflict"),
    ])
    func theConditionIsTheNameOfTheFirstChild(_ element: String, _ condition: String) {
        let bytes = Array(element.utf8)
        #expect(ElementText.condition(of: bytes.span) == condition)
    }

    @Test func theConditionOfAStanzaStandsInItsError() {
        let bytes = Array("<iq type='error' id='b'><bind/><error type='cancel'><not-allowed/></error></iq>".utf8)
        #expect(ElementText.condition(of: bytes.span, below: "error") == "not-allowed")
    }

    @Test(arguments: ["", "<", "<failure", "<failure/>", "<failure>", "<failure><", "<failure></failure>"])
    func anElementWithoutAChildHasNone(_ element: String) {
        let bytes = Array(element.utf8)
        #expect(ElementText.condition(of: bytes.span) == nil)
    }

    @Test func findsAllTextsOfAName() {
        let bytes = Array(
            "<f><mechanisms><mechanism>PLAIN</mechanism><mechanism>X-OAUTH2</mechanism></mechanisms></f>".utf8)
        #expect(ElementText.texts(of: "mechanism", in: bytes.span) == ["PLAIN", "X-OAUTH2"])
    }

    @Test(arguments: [
        ("<stream:error><conflict/></stream:error>", true), ("<error xmlns='http://etherx.jabber.org/streams'/>", true),
        ("<message type='error'/>", false), ("<iq/>", false), ("<presence/>", false),
        ("<r xmlns='urn:xmpp:sm:3'/>", false),
        ("<", false),
    ])
    func tellsAStreamErrorFromStanzas(_ element: String, _ isError: Bool) {
        let bytes = Array(element.utf8)
        #expect(ElementText.isStreamError(bytes.span) == isError)
    }
}
