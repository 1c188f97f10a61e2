import Bytes
import Testing
import XMPPWire

private let header = """
    <stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='i' version='1.0'>
    """

/// What a scanner makes of one element behind the header: given as a whole, or begun with its first two bytes only, which
/// leads past the short way.
private func outcome(_ element: String, inPieces: Bool, maxElement: Int = 256 << 10) -> String {
    var scanner = StreamScanner(maxElement: maxElement)
    let bytes = Array(element.utf8)
    do throws(XMLFailure) {
        let opening = Array(header.utf8)
        guard case .header = try scanner.next(opening.span) else { return "no header" }
        let piece = Array(bytes.prefix(2))
        if inPieces { _ = try scanner.next(piece.span) }
        switch try scanner.next(bytes.span) {
        case .needMore: return "more"
        case .element(let cut, let used):
            let output = String(decoding: scanner.output(cut, from: bytes.span), as: UTF8.self)
            return "\(used) \(cut.isStreamPrefixed) \(output)"
        case let step: return "\(step)"
        }
    } catch {
        return "\(error)"
    }
}

@Suite struct StreamScannerUsualTests {
    @Test(
        "a whole stanza is cut as one that comes in pieces",
        arguments: [
            "<message to='a@b' type='chat' id='m1'><body>Hi</body></message>",
            "<message xmlns='jabber:client' to='a'/><presence/>",
            "<presence/>", "<presence />", "<iq id=\"1\" type=\"result\"/>", "<r xmlns='urn:xmpp:sm:3'/>",
            "<a h='1' xmlns='urn:xmpp:sm:3'/>", "<m xmlns='u'>x</m>", "<m\txmlns='u'/>", "<m\nxmlns='u'>x</m>",
            "<m a='1'\r\nxmlns='u'/>", "<m xmlns ='u'/>", "<m xmlns= 'u'/>", "<m a ='1' xmlns='u'/>",
            "<m xmlns:s='u'/>", "<m xmlns:xmlns='u'/>", "<m axmlns='u'/>", "<m a='xmlns='/>", "<m a=' xmlns=\"u\"'/>",
            "<m xmlns='u' xmlns:stream='v'><stream:x/></m>", "<m><stream:error/></m>", "<m stream:a='1'/>",
            "<m><x xml:lang='de' a='>'>a &gt; b</x></m>", "<m a='/'>x</m>", "<m><x a='/'/></m>", "<m><x/></m>",
            "<stream:error><x/></stream:error>", "<error/>", "<error xmlns='u'/>", "<features/>", "<featurez/>",
            "<stanza-id id='1'/>", "<m><stanza-id xmlns='urn:xmpp:sid:0' id='1' by='a'/><x1.2/></m>",
            "<m><html:p>x</html:p></m>", "<m><![CDATA[</m>]]></m>", "<m><!-- --></m>", "<m><?x?></m>", "<m><x <y/></m>",
            "<m>ünï😀</m>", "<m a='ü'/>", "<m>\u{FFFD}</m>", "<m>]]&gt;</m>", "<m", "<m a='", "<m><x", "<m><x></x",
            "<m></m",
            "<m><x>text", "<", "<>", "</stream:stream>", "< m/>", "<m/", "<m a=1/>", "<m a='1'b='2'/>",
            "<m a='1'  b='2'/>", "<m a='0123456789012345678901234567890123456789'>0123456789012345678</m>",
        ])
    func agrees(_ element: String) {
        #expect(outcome(element, inPieces: false) == outcome(element, inPieces: true))
        let followed = element + "<presence/>"
        #expect(outcome(followed, inPieces: false) == outcome(followed, inPieces: true))
    }

    @Test("what is not UTF-8 is refused on the short way too")
    func notText() throws {
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3]] {
            var scanner = StreamScanner()
            let opening = Array(header.utf8)
            _ = try scanner.next(opening.span)
            let element = Array("<message><body>".utf8) + bad + "</body></message>".utf8
            #expect(throws: XMLFailure.notWellFormed) { try scanner.next(element.span) }
        }
    }

    @Test("the limit holds on the short way", arguments: [120, 127, 128, 129])
    func limit(size: Int) {
        let element = "<m>" + String(repeating: "x", count: size - 7) + "</m>"
        let found = outcome(element, inPieces: false, maxElement: 128)
        #expect(found == outcome(element, inPieces: true, maxElement: 128))
        #expect(found.hasPrefix("\(size) ") == (size <= 128))
    }
}
