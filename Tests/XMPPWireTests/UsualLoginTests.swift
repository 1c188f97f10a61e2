import Bytes
import Testing
import WireTesting
import XMPPWire

private let framing = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'"
private let sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

/// What takes the short way.
private let usual: [(String, CheckedElement.Kind)] = [
    ("<open \(framing) to='a.b' version='1.0'/>", .open),
    ("<open xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" version=\"1.0\" to=\"a.b\" xml:lang=\"de\" ></open>", .open),
    ("<open from='x@a.b' \(framing)  to='' />", .open),
    ("<auth \(sasl) mechanism='PLAIN'>AGEAYg==</auth>", .saslStart),
    ("<auth mechanism='ANONYMOUS' \(sasl)/>", .saslStart),
    ("<auth \(sasl) mechanism='SCRAM-SHA-1'>=</auth>", .saslStart),
    ("<response \(sasl)>Yz1iaXdz/+==</response>", .other), ("<response \(sasl)/>", .other),
]

/// What has to be looked at.
private let unusual = [
    "<open \(framing) to='a&amp;b'/>", "<open \(framing) to='a' to='b'/>", "<open \(framing) other='1'/>",
    "<open \(framing) xmlns:a='u' a:b='1'/>", "<open \(framing) to='ü'/>", "<open \(framing) to='a\tb'/>",
    "<open \(framing)>x</open>", "<open \(framing)><x/></open>", "<open \(framing)\tto='a'/>", "<open to='a'/>",
    "<open xmlns='jabber:client'/>", "<open \(framing) \(framing)/>", "<open \(framing) id='1'/>",
    "<open \(framing) lang='de'/>", "<close \(framing)/>", "<opened \(framing)/>", "<open \(sasl)/>",
    "<auth \(framing)/>", "<auth \(sasl) mechanism='X' a='1'/>", "<auth \(sasl)> AGEA </auth>",
    "<auth \(sasl)>&#65;</auth>", "<auth \(sasl)><x/></auth>", "<authenticate xmlns='urn:xmpp:sasl:2'/>",
    "<auth \(sasl) xmlns='u'/>", "<auth \(sasl) to='a'/>", "<abort \(sasl)/>", "<r xmlns='urn:xmpp:sm:3'/>",
    "<response \(sasl)>A</auth>", "<a xmlns='urn:xmpp:sm:3' h='1'/>", "<auth \(sasl) mechanism='A' mechanism='B'/>",
    "<auth \(sasl)",
]

private let pieces = [
    "<", ">", "/", "&", "'", "\"", "=", " ", "\n", ":", "a='1'", " to='b'", " xmlns='u'", "xml:lang='x'", "x:", "<x/>",
    "&amp;", "&#0;", "<!---->", "<?x?>", "\u{0}", "\u{7F}", "é", "-", "1",
]

@Suite struct UsualLoginTests {
    @Test("what every login says does not get as far as libxml2", arguments: usual)
    func shortWay(text: String, kind: CheckedElement.Kind) {
        let checker = StanzaChecker()
        let size = checker.dictionarySize
        let outcome = checker.outcome(Array(text.utf8), .beforeLogin)
        #expect(outcome.kind == kind && outcome.needsRewrite == false)
        #expect(checker.dictionarySize == size)
    }

    @Test(
        "WX-004, WX-005: whatever byte changes or comes in between, both ways say the same, and what <open/> says too",
        arguments: usual.map(\.0) + unusual)
    func mutations(text: String) {
        let bytes = Array(text.utf8)
        let short = StanzaChecker()
        let long = StanzaChecker(takesShortWay: false)
        func compare(_ changed: [UInt8]) {
            let outcomes = (short.outcome(changed, .beforeLogin), long.outcome(changed, .beforeLogin))
            let isOpen = outcomes.0.kind == .open
            if outcomes.0 != outcomes.1 || isOpen && short.openAttributes != long.openAttributes {
                Issue.record("\(String(decoding: changed, as: UTF8.self)): \(outcomes)")
            }
        }
        compare(bytes)
        OneChange.forEach(of: bytes, pieces: pieces, compare)
    }

    @Test("limits hold on both ways")
    func limits() {
        let long = "<open \(framing) to='\(String(repeating: "a", count: 4_000))'/>"
        for text in [long, usual[0].0, usual[3].0] {
            let bytes = Array(text.utf8)
            for limits in [
                XMLLimits.beforeLogin,
                XMLLimits(bytes: 20, depth: 9, elements: 9, attributes: 9, namespaces: 9, nameLength: 99),
                XMLLimits(bytes: 999, depth: 0, elements: 9, attributes: 9, namespaces: 9, nameLength: 99),
                XMLLimits(bytes: 999, depth: 9, elements: 0, attributes: 9, namespaces: 9, nameLength: 99),
                XMLLimits(bytes: 999, depth: 9, elements: 9, attributes: 1, namespaces: 9, nameLength: 99),
                XMLLimits(bytes: 999, depth: 9, elements: 9, attributes: 9, namespaces: 0, nameLength: 99),
                XMLLimits(bytes: 999, depth: 9, elements: 9, attributes: 9, namespaces: 9, nameLength: 3),
            ] {
                let both = [true, false].map { StanzaChecker(takesShortWay: $0).outcome(bytes, limits) }
                #expect(both[0] == both[1], "\(text) \(limits)")
            }
        }
    }
}
