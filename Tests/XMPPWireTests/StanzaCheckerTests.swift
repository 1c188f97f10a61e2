import Bytes
import Testing
import XMPPWire

private let message = "<message xmlns='jabber:client' to='a@b'><body>x</body></message>"

/// What a fresh checker says of a message.
private func outcome(_ text: String, _ limits: XMLLimits = .afterLogin) -> Outcome {
    outcome(Array(text.utf8), limits)
}

private func outcome(_ bytes: [UInt8], _ limits: XMLLimits = .afterLogin) -> Outcome {
    StanzaChecker().outcome(bytes, limits)
}

@Suite struct StanzaCheckerTests {
    @Test(
        "PT-001, PT-005: every element in a namespace passes, known or not",
        arguments: [
            (message, CheckedElement.Kind.stanza),
            ("<presence xmlns='jabber:client'/>", .stanza),
            ("<iq xmlns='jabber:client' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", .stanza),
            ("<r xmlns='urn:xmpp:sm:3'/>", .other),
            ("<a xmlns='urn:xmpp:sm:3' h='4294967295'/>", .other),
            ("<enable xmlns='urn:xmpp:sm:3' resume='true' max='600'/>", .other),
            ("<resume xmlns='urn:xmpp:sm:3' previd='some-long-sm-id' h='1'/>", .other),
            ("<active xmlns='urn:xmpp:csi:0'/>", .other),
            ("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>Yz1iaXdz</response>", .other),
            ("<thing xmlns='urn:example:not-yet-invented' a='1'><b/></thing>", .other),
            ("<thing xmlns='jabber:client'/>", .other),
            ("<message xmlns='urn:example:other'/>", .other),
            ("<thing xmlns='namespace that is no URI'/>", .other),
            ("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>", .saslStart),
            ("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>", .saslStart),
            ("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='a' version='1.0'/>", .open),
            ("<f:open xmlns:f='urn:ietf:params:xml:ns:xmpp-framing' to='a' version='1.0'/>", .open),
            ("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", .close),
            (
                "<e:error xmlns:e='http://etherx.jabber.org/streams'><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                    + "</e:error>", .streamError
            ),
        ])
    func kindsPass(text: String, kind: CheckedElement.Kind) {
        let result = outcome(text)
        #expect(result.kind == kind)
        #expect(result.forwarded(from: Array(text.utf8)) == Array(text.utf8))
    }

    @Test(
        "WX-024, WX-025: requests for TLS and for compression are told apart",
        arguments: [
            ("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", CheckedElement.Kind.startTLS),
            (
                "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>", .compress
            ),
            ("<starttls xmlns='urn:example'/>", .other),
        ])
    func hopRequests(text: String, kind: CheckedElement.Kind) {
        #expect(outcome(text).kind == kind)
    }

    @Test(
        "login of XEP-0078 is told apart from its question",
        arguments: [
            ("set", "jabber:iq:auth", CheckedElement.Kind.legacyLogin), ("get", "jabber:iq:auth", .stanza),
            ("set", "jabber:iq:register", .stanza),
        ])
    func legacyLogin(type: String, namespace: String, kind: CheckedElement.Kind) {
        #expect(outcome("<iq xmlns='jabber:client' type='\(type)'><query xmlns='\(namespace)'/></iq>").kind == kind)
    }

    @Test(
        "WX-004, XS-015: a wrong namespace is named as such, and so is none at all",
        arguments: [
            "<open xmlns='jabber:client'/>", "<close xmlns='jabber:client'/>", "<open/>", "<message/>",
            "<message xmlns='jabber:server'/>", "<iq xmlns='jabber:server' type='get'/>",
            "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client' to='a' version='1.0'>",
            "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' to='a'/>",
            "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'>",
            "<other xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>",
        ])
    func wrongNamespace(text: String) {
        #expect(outcome(text) == .refused(.invalidNamespace))
    }

    @Test(
        "WX-005, XS-009: what is not exactly one element is not well-formed",
        arguments: [
            message + message, "<message xmlns='jabber:client'>", "<message xmlns='jabber:client'><body></message>",
            "<message xmlns='jabber:client' to='a' to='b'/>", "<message xmlns='jabber:client' to=a/>",
            "<message xmlns='jabber:client' to='<'/>", "<message xmlns='jabber:client'>]]></message>",
            "<message xmlns='jabber:client'>&amp</message>", message + "x", "</stream:stream>", "<", "<>", "< a/>",
            "<a",
            "<message xmlns='jabber:client'><![CDATA[</message>", "<message xmlns='jabber:client'/ >",
            "<1 xmlns='a:b'/>",
        ])
    func notOneElement(text: String) {
        #expect(outcome(text) == .refused(.notWellFormed))
    }

    @Test(
        "WX-006: the first character is <",
        arguments: ["", " ", "\n", "x", " " + message, "\n" + message, "\u{FEFF}" + message, "hello", "&lt;"])
    func firstCharacter(text: String) {
        #expect(outcome(text) == .refused(.notWellFormed))
    }

    @Test("WX-006: white space at the end is tolerated and not handed on", arguments: [" ", "\n", "\r\n\t ", "   "])
    func trailingSpace(space: String) {
        let bytes = Array((message + space).utf8)
        #expect(outcome(bytes).forwarded(from: bytes) == Array(message.utf8))
    }

    @Test(
        "WX-007: an XML declaration is accepted and not handed on",
        arguments: [
            "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n", "<?xml\tversion = '1.0' ?>",
        ])
    func declaration(text: String) {
        let bytes = Array((text + message).utf8)
        #expect(outcome(bytes).forwarded(from: bytes) == Array(message.utf8))
    }

    @Test(
        "XS-007: comments, processing instructions, document types and entities are restricted",
        arguments: [
            "<!-- c -->" + message, "<?pi x?>" + message, "<!DOCTYPE message>" + message,
            "<!DOCTYPE m [<!ENTITY e 'x'>]><message xmlns='jabber:client'>&e;</message>",
            "<message xmlns='jabber:client'><!-- c --></message>", "<message xmlns='jabber:client'><?pi x?></message>",
            "<message xmlns='jabber:client'><body><!----></body></message>", message + "<!-- c -->",
            message + "<?pi x?>", "<message xmlns='jabber:client'>&nbsp;</message>",
            "<message xmlns='jabber:client' to='&nbsp;'/>", "<?xml version='1.0'?><!-- c -->" + message,
            "<?xml version='1.0'?><!DOCTYPE a>" + message,
        ])
    func restricted(text: String) {
        #expect(outcome(text) == .refused(.restrictedXML))
    }

    @Test(
        "XS-010: what is not well-formed with namespaces is not well-formed",
        arguments: [
            "<p:a/>", "<message xmlns='jabber:client'><p:a/></message>", "<message xmlns='jabber:client' p:a='1'/>",
            "<message xmlns='jabber:client' xmlns:p='u:1' xmlns:q='u:1' p:a='1' q:a='2'/>",
            "<message xmlns='jabber:client' xmlns:p=''/>",
            "<message xmlns='jabber:client'><a:b:c xmlns:a='u:1'/></message>",
            "<message xmlns='jabber:client' xmlns:xml='u:1'/>", "<message xmlns='jabber:client' xmlns:xmlns='u:1'/>",
            "<message xmlns='jabber:client' xmlns:a='http://www.w3.org/2000/xmlns/'/>",
            "<message xmlns='http://www.w3.org/XML/1998/namespace'/>", "<:a xmlns='u:1'/>", "<a: xmlns='u:1'/>",
        ])
    func namespaceFailures(text: String) {
        #expect(outcome(text) == .refused(.notWellFormed))
    }

    @Test(
        "XS-011: other encodings are refused",
        arguments: ["ISO-8859-1", "UTF-16", "US-ASCII", "utf8", "windows-1252"])
    func encodings(name: String) {
        #expect(outcome("<?xml version='1.0' encoding='\(name)'?>" + message) == .refused(.unsupportedEncoding))
    }

    @Test("XS-011: UTF-16 without a name is refused")
    func utf16() {
        let wide: [UInt8] = message.utf8.flatMap { [$0, 0] as [UInt8] }
        let wideFromTheFront: [UInt8] = message.utf8.flatMap { [0, $0] as [UInt8] }
        #expect(outcome(wide) == .refused(.unsupportedEncoding))
        #expect(outcome([0xFF, 0xFE] + wide) == .refused(.notWellFormed))
        #expect(outcome(wideFromTheFront) == .refused(.notWellFormed))
    }

    @Test(
        "XS-011: bytes that are not UTF-8 are refused wherever they stand",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC3], [0xE6, 0x97], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
            [0xF0, 0x80, 0x80, 0xAF],
        ] as [[UInt8]])
    func notUTF8(bad: [UInt8]) {
        let places = [
            ("<message xmlns='jabber:client'>", "</message>"), ("<message xmlns='jabber:client' to='", "'/>"),
            ("<message xmlns='jabber:client'><![CDATA[", "]]></message>"), ("<message xmlns='jabber:client", "'/>"),
            ("<message xmlns='jabber:client'><a", "/></message>"), ("<message xmlns='jabber:client'>x", ""),
        ]
        for (before, after) in places {
            let result = outcome(Array(before.utf8) + bad + Array(after.utf8))
            #expect(result == .refused(.notWellFormed), "\(before)…\(after)")
        }
    }

    @Test("XS-012: U+FEFF inside text is kept")
    func byteOrderMarkInText() {
        let bytes = Array("<message xmlns='jabber:client'><body>a\u{FEFF}b</body></message>".utf8)
        #expect(outcome(bytes).forwarded(from: bytes) == bytes)
    }

    @Test(
        "XS-013: XML other than 1.0 is refused", arguments: ["1.1", "2.0", "1.5", "", "1"])
    func versions(version: String) {
        #expect(outcome("<?xml version='\(version)'?>" + message) == .refused(.unsupportedXMLVersion))
    }

    @Test(
        "a declaration that is none is refused",
        arguments: [
            "<?xml ?>", "<?xml version='1.0'/?>", "<?xml encoding='UTF-8'?>",
            "<?xml version='1.0' standalone='maybe'?>", "<?xml version='1.0'>",
            "<?xml version='1.0' version='1.0'?>", "<?xml version='1.0' encoding='UTF-8' x='y'?>",
            "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>", "<?xml version='1.0'></x>?>",
        ])
    func badDeclarations(text: String) {
        #expect(outcome(text + message) == .refused(.notWellFormed))
    }

    @Test(
        "XS-014: characters outside XML's range are refused, also as references",
        arguments: [
            "\u{0}", "\u{1}", "\u{8}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}", "&#0;", "&#1;", "&#xD800;",
            "&#xFFFE;",
            "&#x110000;", "&#99999999999;",
        ])
    func forbiddenCharacters(text: String) {
        for (before, after) in [
            ("<message xmlns='jabber:client'>", "</message>"), ("<message xmlns='jabber:client' to='", "'/>"),
            ("<message xmlns='jabber:client'>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaa</message>"),
        ] {
            #expect(outcome(before + text + after) == .refused(.notWellFormed), "\(before)…")
        }
    }

    @Test("XS-014: the characters at the edges of XML's range pass")
    func allowedCharacters() {
        for text in ["\t\n\r", "\u{20}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFD}", "\u{7F}\u{80}"]
        {
            let bytes = Array("<message xmlns='jabber:client' to='\(text)'>\(text)</message>".utf8)
            #expect(outcome(bytes).forwarded(from: bytes) == bytes)
        }
    }

    @Test("WX-011: every attribute of <open/> is read")
    func openAttributes() {
        let checker = StanzaChecker()
        let text = """
            <open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='a&amp;b@c.d' to='&#x63;.d' id='x' version='1.0' \
            xml:lang='de' xmlns:p='urn:p' p:q='1' r='2 &gt; 1' xml:space='preserve'/>
            """
        #expect(checker.outcome(Array(text.utf8), .beforeLogin).kind == .open)
        let found = checker.openAttributes
        #expect(found.from == "a&b@c.d")
        #expect(found.to == "c.d")
        #expect(found.id == "x")
        #expect(found.version == "1.0")
        #expect(found.lang == "de")
        #expect(
            found.others == [
                .init(namespace: "urn:p", name: "q", value: "1"), .init(name: "r", value: "2 > 1"),
                .init(namespace: "http://www.w3.org/XML/1998/namespace", name: "space", value: "preserve"),
            ])
    }

    @Test("XS-003: an <open/> without to is read as such, so that the owner can choose")
    func openWithoutTo() {
        let checker = StanzaChecker()
        let text = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>"
        #expect(checker.outcome(Array(text.utf8), .beforeLogin).kind == .open)
        #expect(checker.openAttributes == OpenAttributes(version: "1.0"))
        let empty = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='' version='1.0'/>"
        #expect(checker.outcome(Array(empty.utf8), .beforeLogin).kind == .open)
        #expect(checker.openAttributes.to == "")
    }

    @Test("attributes of <open/> are those of the last one")
    func openAttributesOfTheLast() {
        let checker = StanzaChecker()
        for name in ["one", "two"] {
            let text = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='\(name)'/>"
            #expect(checker.outcome(Array(text.utf8), .beforeLogin).kind == .open)
            #expect(checker.openAttributes == OpenAttributes(to: name))
        }
    }

    @Test("<open/> with values or attributes beyond all measure is a policy violation")
    func openAttributeLimits() {
        let open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' "
        let longest = String(repeating: "x", count: OpenAttributes.maxValue)
        #expect(outcome(open + "to='\(longest)'/>").kind == .open)
        #expect(outcome(open + "to='\(longest)x'/>") == .refused(.policyViolation(.bytes)))
        let many = (0..<OpenAttributes.maxOthers).map { "a\($0)='' " }.joined()
        #expect(outcome(open + many + "/>").kind == .open)
        #expect(outcome(open + many + "b=''/>") == .refused(.policyViolation(.attributes)))
    }

    @Test("a refused message leaves no trace in the next one")
    func reuse() {
        let checker = StanzaChecker()
        let good = Array(message.utf8)
        for bad in [
            "<a xmlns='u:1'><b>", "<p:a/>", "<a xmlns='u:1'><!-- --></a>", "<a xmlns='u:1'>&#0;</a>", "<!DOCTYPE a>",
            "",
            "<message xmlns='jabber:client'><c:a xmlns:c='jabber:client'/></message>",
            "<stream:stream xmlns:stream='x:y'>",
        ] {
            let first = checker.outcome(Array(bad.utf8), .afterLogin)
            #expect(first == outcome(bad))
            #expect(checker.outcome(good, .afterLogin) == outcome(message), "after \(bad)")
        }
    }
}
