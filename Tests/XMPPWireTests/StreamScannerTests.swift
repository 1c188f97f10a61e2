import Bytes
import Testing
import WireTesting
import XMPPWire

private typealias Event = ScannerRun.Event

private let usual = """
    <?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
    id='i' from='edge.test' version='1.0' xml:lang='de'>
    """
private let usualHeader = Event.header(
    OpenAttributes(from: "edge.test", id: "i", version: "1.0", lang: "de"))
private let client = " xmlns='jabber:client'"
private let streams = " xmlns:stream='http://etherx.jabber.org/streams'"

/// The events of a stream, which are the same however its bytes are cut.
private func events(_ text: String, maxElement: Int = 256 << 10) -> [Event] {
    let bytes = Array(text.utf8)
    let whole = ScannerRun.events([bytes[...]], maxElement: maxElement)
    for pieces in Cuts.all(of: bytes) {
        let cut = ScannerRun.events(pieces, maxElement: maxElement)
        #expect(cut == whole, "cut after \(pieces[0].count)")
    }
    return whole
}

private func elements(_ text: String) -> [String] {
    events(usual + text).compactMap { if case .element(let text, _) = $0 { text } else { nil } }
}

@Suite struct StreamScannerTests {
    @Test("a header, elements and the end come in order, white space in between is swallowed")
    func order() {
        let found = events(usual + " <message/>\n\n<presence/> \t</stream:stream>\n")
        #expect(
            found == [
                usualHeader, .element("<message\(client)/>", .stanza), .element("<presence\(client)/>", .stanza), .end,
            ])
    }

    @Test("WX-022: white space between elements is consumed at once, so that nothing waits in a buffer")
    func whitespaceIsConsumed() {
        var run = ScannerRun()
        run.feed(Array(usual.utf8)[...])
        for _ in 0..<3 {
            run.feed(Array(" \n".utf8)[...])
            #expect(run.pending.isEmpty)
        }
        #expect(run.events == [usualHeader])
    }

    @Test("PT-004, XS-026: acknowledgements keep their place among the stanzas")
    func acknowledgements() {
        let sm = " xmlns='urn:xmpp:sm:3'"
        let found = elements("<message id='1'/><r\(sm)/><a\(sm) h='1'/><message id='2'/>")
        #expect(
            found == ["<message\(client) id='1'/>", "<r\(sm)/>", "<a\(sm) h='1'/>", "<message\(client) id='2'/>"])
    }

    @Test(
        "what looks like markup but is none does not end an element",
        arguments: [
            "<message a='1 > 0' b=\"it's </message>\"><body>x</body></message>",
            "<message><![CDATA[</message> ]] ]]> > ]]><b/></message>".replacing("]]> >", with: "]] >"),
            "<message><![CDATA[]]]]><![CDATA[>]]></message>", "<message><![CDATA[x]> <b> ]x> </b ]]></message>",
            "<message a='\"'/>", "<message a=\"'\"/>",
            "<message a='/'></message>",
            "<message a='/>'>></message>", "<message\n a = 'x'\t/>", "<a><a><a/></a></a>",
            "<message>]]&gt;></message >",
            "<message><body>日本語 😀 é</body></message>", "<é><a.b-c_d/></é>", "<message>&#x1F600;&amp;</message>",
            "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'></success>",
        ])
    func markupInText(element: String) {
        let found = elements(element + "<presence/>")
        let place = element.firstIndex { " >/\n".contains($0) } ?? element.endIndex
        let expected = element.contains(" xmlns='") ? element : element[..<place] + client + element[place...]
        #expect(found == [String(expected), "<presence\(client)/>"])
    }

    @Test("WX-008: only missing namespaces are added, right behind the name")
    func declarations() {
        #expect(elements("<message xmlns='jabber:client'/>") == ["<message xmlns='jabber:client'/>"])
        #expect(elements("<message a='1' xmlns = \"u:x\"/>") == ["<message a='1' xmlns = \"u:x\"/>"])
        #expect(elements("<message xmlnsx='1'/>") == ["<message\(client) xmlnsx='1'/>"])
        #expect(elements("<message a='xmlns='/>") == ["<message\(client) a='xmlns='/>"])
        #expect(elements("<message><x xmlns='u:x'/></message>") == ["<message\(client)><x xmlns='u:x'/></message>"])
    }

    @Test("WX-008, WX-009, XS-017: the streams prefix is declared where it is used, and only there")
    func streamPrefix() {
        #expect(elements("<stream:features/>") == ["<stream:features\(client)\(streams)/>"])
        #expect(
            elements("<stream:features\(streams)><a/></stream:features>")
                == ["<stream:features\(client)\(streams)><a/></stream:features>"])
        #expect(elements("<message><stream:x/></message>") == ["<message\(client)\(streams)><stream:x/></message>"])
        #expect(elements("<message stream:a='1'/>") == ["<message\(client)\(streams) stream:a='1'/>"])
        #expect(
            elements("<message><a b='' stream:a='1'/></message>") == [
                "<message\(client)\(streams)><a b='' stream:a='1'/></message>"
            ])
        for unused in [
            "<message a='stream:b'/>", "<message>stream:b</message>", "<xstream:a xmlns:xstream='u:x'/>",
            "<message xml:lang='de'/>",
        ] {
            #expect(elements(unused).allSatisfy { !$0.contains("etherx") }, "\(unused)")
        }
    }

    @Test("XS-017: further prefixes of the stream header go onto every element that does not declare them")
    func extraPrefixes() {
        let header = """
            <stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client' id='i' \
            xmlns:ack="urn:it's" xmlns:x = 'urn:x'>
            """
        let found = events(header + "<stream:features><ack:ack/></stream:features><message xmlns:ack='urn:other'/>")
        let ack = " xmlns:ack=\"urn:it's\""
        #expect(
            found.dropFirst() == [
                .element(
                    "<stream:features\(client)\(streams)\(ack) xmlns:x = 'urn:x'><ack:ack/></stream:features>",
                    .features),
                .element("<message\(client) xmlns:x = 'urn:x' xmlns:ack='urn:other'/>", .stanza),
            ])
    }

    @Test("XS-017: nothing leaks from one stream to the next on the same connection")
    func restartForgetsNamespaces() {
        let first = "<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='urn:one' xmlns:x='urn:x'>"
        let found = events(
            first + "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>\n" + usual + "<stream:features/>")
        #expect(found.count == 4)
        #expect(found.last == .element("<stream:features\(client)\(streams)/>", .features))
    }

    @Test("another default namespace and another streams prefix are taken from the header")
    func unusualHeader() {
        let found = events(
            "<s:stream xmlns:s=\"http://etherx.jabber.org/streams\" xmlns='urn:content'><s:error/><a/></s:stream>")
        #expect(
            found == [
                .header(OpenAttributes()),
                .element("<s:error xmlns='urn:content' xmlns:s=\"http://etherx.jabber.org/streams\"/>", .streamError),
                .element("<a xmlns='urn:content'/>", .other), .end,
            ])
    }

    @Test("a stream without prefixes at all works")
    func unprefixedStream() {
        let found = events(
            "<stream xmlns='http://etherx.jabber.org/streams'><features/><message xmlns='jabber:client'/></stream>")
        #expect(
            found == [
                .header(OpenAttributes()),
                .element("<features xmlns='http://etherx.jabber.org/streams'/>", .features),
                .element("<message xmlns='jabber:client'/>", .stanza), .end,
            ])
    }

    @Test("WX-021: after login a new header comes with or without a declaration, before that the old stream goes on")
    func restart() {
        let success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>dj0x</success>"
        for between in ["", "\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"] {
            let header = between + usual.dropFirst("<?xml version='1.0'?>".count)
            let found = events(usual + success + header + "<stream:features/>")
            #expect(
                found == [
                    usualHeader, .element(success, .saslSuccess(restarts: true)), usualHeader,
                    .element("<stream:features\(client)\(streams)/>", .features),
                ])
        }
        #expect(
            events(usual + success + "<message><a/></message>").last
                == .element("<message\(client)><a/></message>", .stanza))
    }

    @Test("PT-013: login of XEP-0388 goes on in the same stream")
    func sasl2() {
        let success = "<success xmlns='urn:xmpp:sasl:2'/>"
        #expect(
            events(usual + success + "<stream:features/>") == [
                usualHeader, .element(success, .saslSuccess(restarts: false)),
                .element("<stream:features\(client)\(streams)/>", .features),
            ])
    }

    @Test(
        "comments, processing instructions and document types of a server are refused",
        arguments: [
            "<!-- -->", "<message><!-- --></message>", "<?pi?>", "<message><?pi?></message>", "<!DOCTYPE a>",
            "<?xml version='1.0'?>",
        ])
    func restricted(text: String) {
        #expect(events(usual + text) == [usualHeader, .failed(.restrictedXML)])
    }

    @Test(
        "what is no stream is refused",
        arguments: [
            ("HTTP/1.1 301 Moved\r\n", XMLFailure.badFormat), ("<message/>", .badFormat), ("<html><body/>", .badFormat),
            ("<stream:stream xmlns:stream='urn:wrong'>", .invalidNamespace), ("<stream>", .invalidNamespace),
            ("</stream:stream>", .badFormat), ("\u{FEFF}<stream:stream>", .badFormat), ("<!DOCTYPE a>", .restrictedXML),
            ("<?xml version='1.0' encoding='UTF-16'?>", .unsupportedEncoding),
            ("<?xml version='1.1'?>", .unsupportedXMLVersion), ("< a>", .notWellFormed), ("<>", .notWellFormed),
        ])
    func noStream(text: String, failure: XMLFailure) {
        #expect(events(text) == [.failed(failure)])
    }

    @Test(
        "what does not fit between elements is refused",
        arguments: [
            ("text", XMLFailure.badFormat), ("<![CDATA[x]]>", .restrictedXML), ("</message>", .notWellFormed),
            ("</x:stream>", .notWellFormed), ("<a <b/>", .notWellFormed),
        ])
    func misplaced(text: String, failure: XMLFailure) {
        #expect(events(usual + text) == [usualHeader, .failed(failure)])
    }

    @Test(
        "XS-008: what is no UTF-8 never becomes a text message",
        arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func noUTF8(bad: [UInt8]) {
        let bytes = Array((usual + "<message><body>").utf8) + bad + Array("</body></message>".utf8)
        for pieces in Cuts.all(of: bytes) {
            #expect(ScannerRun.events(pieces) == [usualHeader, .failed(.notWellFormed)])
        }
    }

    @Test("nothing but white space may follow the end")
    func afterTheEnd() {
        #expect(events(usual + "</stream:stream> \n") == [usualHeader, .end])
        #expect(events(usual + "</stream:stream><message/>") == [usualHeader, .end, .failed(.notWellFormed)])
    }

    @Test("a header that is an empty element is a stream that has ended")
    func emptyStream() {
        let header = "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' id='i'/>"
        #expect(events(header) == [.header(OpenAttributes(id: "i")), .end])
    }

    @Test("the limit holds for elements, headers and declarations, complete or not")
    func limit() {
        let largest = "<message>" + String(repeating: "x", count: 300 - 19) + "</message>"
        #expect(events(usual + largest, maxElement: 300).count == 2)
        #expect(
            events(usual + largest.replacing("</", with: "x</"), maxElement: 300)
                == [usualHeader, .failed(.policyViolation(.bytes))])
        for text in [usual + "<message>", usual + "<message a='", "<stream:stream a='", "<?xml version='1.0"] {
            let endless = Array((text + String(repeating: "x", count: 400)).utf8)
            #expect(ScannerRun.events([endless[...]], maxElement: 300).last == .failed(.policyViolation(.bytes)))
        }
    }

    @Test("a header with more prefixes than an element can carry is refused")
    func tooManyPrefixes() {
        func header(_ count: Int) -> String {
            let extras = (0..<count).map { " xmlns:n\($0)='urn:x'" }.joined()
            return "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'\(extras)>"
        }
        #expect(events(header(16)) == [.header(OpenAttributes())])
        #expect(events(header(17)) == [.failed(.policyViolation(.namespaces))])
        let element = ScannerRun.events([Array((header(16) + "<a/>").utf8)[...]]).last
        #expect(element == .element("<a\(client)" + (0..<16).map { " xmlns:n\($0)='urn:x'" }.joined() + "/>", .other))
    }

    @Test("every attribute of the header is read, references resolved")
    func headerAttributes() {
        let found = events(
            """
            <stream:stream xmlns:stream='http://etherx.jabber.org/streams' to="a&amp;b@c/d > e" id='&#x69;' from='x'
             version='1.0' xml:lang='en' extra='1' xmlns:p='urn:p' p:q='2'>
            """)
        var expected = OpenAttributes(to: "a&b@c/d > e", from: "x", id: "i", version: "1.0", lang: "en")
        expected.others = [.init(name: "extra", value: "1"), .init(namespace: "urn:p", name: "q", value: "2")]
        #expect(found == [.header(expected)])
    }

    @Test(
        "elements of a server are told apart",
        arguments: [
            ("<stream:features/>", UpstreamElement.features), ("<stream:error/>", .streamError),
            ("<features/>", .other),
            ("<error xmlns='http://etherx.jabber.org/streams'/>", .streamError), ("<stream:other/>", .other),
            ("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", .saslFailure),
            ("<failure xmlns='urn:xmpp:sasl:2'/>", .saslFailure), ("<success/>", .other),
            ("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", .saslChallenge),
            ("<continue xmlns='urn:xmpp:sasl:2'/>", .saslChallenge), ("<iq type='result'/>", .iqResult),
            ("<iq type='error'/>", .iqError), ("<iq type='get'/>", .stanza), ("<iq/>", .stanza),
            ("<message/>", .stanza),
            ("<presence xmlns='urn:x'/>", .other),
            ("<s:features xmlns:s='http://etherx.jabber.org/streams'/>", .features),
            ("<stream:features xmlns:stream='urn:other'/>", .other),
        ])
    func kinds(text: String, kind: UpstreamElement) {
        guard case .element(_, let found) = events(usual + text).last else {
            Issue.record("no element")
            return
        }
        #expect(found == kind)
    }

    @Test("only elements that may be of the stream itself ask to be looked at")
    func worthALook() throws {
        func isStreamPrefixed(_ text: String) throws -> Bool {
            var scanner = StreamScanner()
            _ = try scanner.next(Array(usual.utf8).span)
            let header = Array(usual.utf8.dropFirst("<?xml version='1.0'?>".utf8.count))
            _ = try scanner.next(header.span)
            let bytes = Array(text.utf8)
            guard case .element(let cut, _) = try scanner.next(bytes.span) else { return false }
            return cut.isStreamPrefixed
        }
        for text in ["<stream:error/>", "<error/>", "<features/>", "<s:error xmlns:s='u:x'/>"] {
            #expect(try isStreamPrefixed(text))
        }
        for text in ["<message/>", "<iq type='error'><error/></iq>", "<errors/>"] {
            #expect(try !isStreamPrefixed(text))
        }
    }

    @Test("a scanner that has failed says so again, whatever it is given")
    func failsForGood() {
        for text in ["<message/>", usual + "<a><b <", usual + "<!-- -->", usual + "</a>"] {
            var scanner = StreamScanner()
            var rest = Array(text.utf8)
            var failures: [XMLFailure] = []
            while failures.count < 3 {
                do throws(XMLFailure) {
                    switch try scanner.next(rest.span) {
                    case .whitespace(let used), .header(_, let used), .element(_, let used), .streamEnd(let used):
                        rest.removeFirst(used)
                    case .needMore:
                        Issue.record("no failure: \(text)")
                        return
                    }
                } catch {
                    failures.append(error)
                    rest = failures.count == 1 ? [] : Array("<presence/>".utf8)
                }
            }
            #expect(Set(failures.map { "\($0)" }).count == 1, "\(text)")
        }
    }

    @Test("a scanner is small: every idle session has one")
    func size() {
        #expect(MemoryLayout<StreamScanner>.size <= 40)
    }
}
