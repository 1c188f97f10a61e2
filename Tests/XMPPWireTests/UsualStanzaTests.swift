import Bytes
import Testing
import WireTesting
import XMPPWire

/// Stanzas that take the short way.
private let usual = [
    "<message xmlns='jabber:client' to='a@b/c' type=\"chat\" id='m1'><body>Hi there</body></message>",
    "<message to='a' xmlns='jabber:client'><body>\n\t1 &lt; 2 &amp; &quot;3&quot; &gt; &apos;]] </body></message>",
    "<message xmlns='jabber:client' xml:lang='de'><body xml:lang='zh'>你好，世界 😀 ünï</body><x  a='>' b=\"'\" /></message>",
    "<presence xmlns='jabber:client'/>",
    "<presence xmlns='jabber:client'><c xmlns='http://jabber.org/protocol/caps' node='&amp;' ver='a='/></presence>",
    "<iq xmlns='jabber:client' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq xmlns='jabber:client' type='set' id='1'><a-b.c_1 xmlns='u'><query/></a-b.c_1></iq>",
    "<message xmlns='jabber:client'><a1><a2><a3><a4>x<a5/>y</a4></a3></a2></a1></message>",
]

/// Stanzas and others that do not.
private let unusual = [
    "<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:auth'/></iq>",
    "<message xmlns='jabber:client'><body xmlns=''>x</body></message>", "<message><body>x</body></message>",
    "<message xmlns='jabber:client'><x xmlns:y='u'><y:z/></x></message>", "<message xmlns='jabber:server'/>",
    "<message xmlns='jabber:client'><x a='1' a='2'/></message>", "<message xmlns='jabber:client'>]]></message>",
    "<message xmlns='jabber:client'><x abcdefgh='1' abcdefgi='2'/></message>", "<messages xmlns='jabber:client'/>",
    "<message xmlns='jabber:client'><x a='1'b='2'/></message>", "<message xmlns='jabber:client'>&nbsp;</message>",
    "<message xmlns='jabber:client'><x a='<'/></message>", "<message xmlns='jabber:client'>&#8364;</message>",
    "<message xmlns='jabber:client'><![CDATA[x]]></message>", "<message xmlns='jabber:client'><!-- --></message>",
    "<message xmlns='jabber:client'><abcdefgh></abcdefgi></message>", "<message xmlns='jabber:client'></presence>",
    "<message xmlns='jabber:client'>\u{FFFE}</message>", "<message xmlns='jabber:client'>\u{1}</message>",
    "<message xmlns='jabber:client'><x a='&'/></message>", "<message xmlns='jabber:client'/><presence/>",
    "<message xmlns='jabber:client'><x xmlns='http://www.w3.org/2000/xmlns/'/></message>",
    "<message xmlns='jabber:client'><x xmlns='http://www.w3.org/1999/xhtml'/></message>",
    "<message xmlns='jabber:client'><x xmlns='&lt;'/></message>", "</message>", "<presencf xmlns='jabber:client'/>",
    "<message xmlns='jabber:client' 1='2'/>", "<message xmlns='jabber:client'><1/></message>", "<message",
]

private let pieces = [
    "<", ">", "/", "&", "]", "]]>", "'", "\"", "=", " ", "\n", ":", "a='1'", " xmlns='u'", " xmlns=''", "xml:lang='x'",
    "x:",
    "<x>", "</x>", "<x/>", "&amp;", "&#0;", "<!---->", "\u{0}", "\u{B}", "\u{FFFF}", "é", "-", "1",
]

@Suite struct UsualStanzaTests {
    private func outcome(_ bytes: [UInt8], _ limits: XMLLimits, short: Bool) -> Outcome {
        StanzaChecker(takesShortWay: short).outcome(bytes, limits)
    }

    @Test("a usual stanza does not get as far as libxml2", arguments: usual)
    func shortWay(text: String) {
        let checker = StanzaChecker()
        let size = checker.dictionarySize
        #expect(checker.outcome(Array(text.utf8), .afterLogin).kind == .stanza)
        #expect(checker.dictionarySize == size)
        #expect(
            outcome(Array(text.utf8), .afterLogin, short: false).forwarded(from: Array(text.utf8)) == Array(text.utf8))
    }

    @Test("what needs a closer look gets it", arguments: unusual)
    func longWay(text: String) {
        let bytes = Array(text.utf8)
        #expect(outcome(bytes, .afterLogin, short: true) == outcome(bytes, .afterLogin, short: false))
    }

    @Test(
        "XS-007, XS-009: whatever byte changes or comes in between, both ways say the same", arguments: usual + unusual)
    func mutations(text: String) {
        let bytes = Array(text.utf8)
        let short = StanzaChecker()
        let long = StanzaChecker(takesShortWay: false)
        func compare(_ changed: [UInt8]) {
            let outcomes = (short.outcome(changed, .afterLogin), long.outcome(changed, .afterLogin))
            if outcomes.0 != outcomes.1 { Issue.record("\(String(decoding: changed, as: UTF8.self)): \(outcomes)") }
        }
        OneChange.forEach(of: bytes, pieces: pieces, compare)
    }

    @Test(
        "limits hold on both ways",
        arguments: [
            (String(repeating: "<x>", count: 80) + String(repeating: "</x>", count: 80), true),
            (String(repeating: "<x>", count: 15) + String(repeating: "</x>", count: 15), false),
            (String(repeating: "<x>", count: 16) + String(repeating: "</x>", count: 16), false),
            (String(repeating: "<x/>", count: 62), false), (String(repeating: "<x/>", count: 64), true),
            ("<x" + (0..<9).map { " a\($0)='1'" }.joined() + "/>", false),
            ("<x" + (0..<129).map { " a\($0)='1'" }.joined() + "/>", true),
            ("<" + String(repeating: "n", count: 255) + "/>", false),
            ("<" + String(repeating: "n", count: 256) + "/>", false),
            ("<" + String(repeating: "n", count: 1_025) + "/>", true), (String(repeating: "x", count: 16 << 10), true),
        ])
    func limits(content: String, isTooMuch: Bool) {
        let bytes = Array("<message xmlns='jabber:client'>\(content)</message>".utf8)
        let long = outcome(bytes, .beforeLogin, short: false)
        #expect(outcome(bytes, .beforeLogin, short: true) == long)
        #expect((long.kind == nil) == isTooMuch)
    }

    @Test("limits below what the short way looks at are the long way's business")
    func smallLimits() {
        let bytes = Array("<message xmlns='jabber:client'><a><b c='1' d='2'/></a></message>".utf8)
        for limits in [
            XMLLimits(bytes: 99, depth: 2, elements: 9, attributes: 9, namespaces: 9, nameLength: 99),
            XMLLimits(bytes: 99, depth: 9, elements: 9, attributes: 1, namespaces: 9, nameLength: 99),
            XMLLimits(bytes: 99, depth: 9, elements: 9, attributes: 9, namespaces: 0, nameLength: 99),
            XMLLimits(bytes: 99, depth: 9, elements: 2, attributes: 9, namespaces: 9, nameLength: 99),
        ] {
            #expect(outcome(bytes, limits, short: true) == outcome(bytes, limits, short: false))
            #expect(outcome(bytes, limits, short: true).kind == nil)
        }
    }
}
