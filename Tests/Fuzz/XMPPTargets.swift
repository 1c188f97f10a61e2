/// Fuzz entries for XMPPWire: messages of browsers, streams of servers, and the scanner against libxml2.
import Bytes
import WireTesting
import XMLReference
import XMPPWire

private let words = [
    "<", ">", "/>", "</", "'", "\"", "=", " ", "\n", "<![CDATA[", "]]>", "]]", "&amp;", "&#0;", "&#x10FFFF;", "&e;",
    "<!--", "-->",
    "<?xml version='1.0'?>", "<?", "?>", "<!DOCTYPE", "xmlns=", "xmlns:", "xml:lang='de'", "xmlns='jabber:client'",
    "xmlns:stream='http://etherx.jabber.org/streams'", "<stream:stream ", "</stream:stream>", "stream:", "<message>",
    "</message>", "<iq type='set'>", "<presence/>", "xmlns=''", "c:", " xmlns:c='jabber:client'", "\u{FEFF}", "日本語",
    "😀",
    "xmlns='urn:ietf:params:xml:ns:xmpp-framing'", "<open ", "<close ",
]

private func generated(_ make: (inout XMLGenerator) -> String) -> [[UInt8]] {
    (0..<64).map { seed in
        var generator = XMLGenerator(seed: UInt64(seed))
        return Array(make(&generator).utf8)
    }
}

/// Any message of a browser: the same answer a second time and without the short way, and what passes is what libxml2 takes
/// too.
enum XMPPCheckerTarget: FuzzTarget {
    static let name = "xmpp-checker"
    static let dictionary = words
    static let seeds =
        generated { $0.element() }
        + [
            "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='a' version='1.0' xml:lang='de'/>",
            "<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" />",
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>",
            "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
            "<message xmlns='jabber:client' to='a@b/c' type=\"chat\" id='1'><body>a &amp; \u{FF0C}\n]b</body>"
                + "<active xmlns='http://jabber.org/protocol/chatstates'/><x xml:lang='de' b='&quot;' /></message>",
            "<presence xmlns='jabber:client'><show>away</show><c xmlns='http://jabber.org/protocol/caps' ver='='/></presence>",
            "<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:auth'/></iq>",
            "<?xml version='1.0' encoding='UTF-8'?><c:message xmlns:c='jabber:client'><c:body>x</c:body></c:message>",
        ].map { Array($0.utf8) }

    static func run(_ bytes: [UInt8]) {
        let checker = StanzaChecker()
        let element = try? checker.check(bytes.span, limits: .beforeLogin)
        let closer = StanzaChecker(takesShortWay: false)
        let long = try? closer.check(bytes.span, limits: .beforeLogin)
        precondition(element == long, "the short way does not lead to the same place")
        precondition(checker.openAttributes == closer.openAttributes, "the short way reads something else")
        guard let element else {
            precondition((try? checker.check(bytes.span, limits: .beforeLogin)) == nil, "accepted the second time")
            return
        }
        precondition((try? checker.check(bytes.span, limits: .beforeLogin)) == element, "not the same the second time")
        let original = Array(bytes[element.range])
        guard let meant = ReferenceDocument(original) else { preconditionFailure("libxml2 does not take it") }
        guard element.needsRewrite else { return }
        let rewritten = checker.rewritten(bytes.span)
        // In a stream the default namespace is the client's.
        let inStream = Array("<s xmlns='jabber:client'>".utf8) + rewritten + Array("</s>".utf8)
        precondition(ReferenceDocument(inStream)?.root.children == [meant.root], "means something else when rewritten")
    }
}

/// Any bytes of a server, whole and in pieces: no trap, and the same elements.
enum XMPPScannerTarget: FuzzTarget {
    static let name = "xmpp-scanner"
    static let dictionary = words
    static let seeds = XMPPAgreementTarget.seeds

    static func run(_ bytes: [UInt8]) {
        let whole = cut(bytes, piece: bytes.count + 1)
        precondition(cut(bytes, piece: 1) == whole, "not the same byte by byte")
        precondition(cut(bytes, piece: 7) == whole, "not the same in pieces")
    }

    private static func cut(_ bytes: [UInt8], piece: Int) -> [[UInt8]] {
        var scanner = StreamScanner(maxElement: 4_096)
        var result: [[UInt8]] = []
        var start = 0
        var end = min(piece, bytes.count)
        while true {
            let input = Array(bytes[start..<end])
            do throws(XMLFailure) {
                switch try scanner.next(input.span) {
                case .needMore:
                    guard end < bytes.count else { return result }
                    end = min(end + piece, bytes.count)
                case .whitespace(let used), .streamEnd(let used):
                    start += used
                case .header(let header, let used):
                    result.append(StreamHeader.bytes(header.attributes))
                    start += used
                case .element(let cut, let used):
                    result.append(scanner.output(cut, from: input.span))
                    let kind = scanner.classify(cut, in: input.span)
                    let closer = scanner.classify(cut, in: input.span, takesShortWay: false)
                    precondition(kind == closer, "the short way says something else")
                    if case .features = kind, let features = result.last {
                        let policy = FeaturePolicy(
                            hiddenMechanisms: ["EXTERNAL"], hidesChannelBinding: true, maxBytes: 9)
                        result.append(StreamFeatures.filtered(features.span, policy: policy))
                    }
                    start += used
                    if case .saslSuccess = kind { scanner.restart() }
                }
            } catch {
                // How far a broken element is read before that shows depends on the pieces; what came before does not.
                return result
            }
        }
    }
}

/// Streams: on those that libxml2 accepts both cut the same elements.
enum XMPPAgreementTarget: FuzzTarget {
    static let name = "xmpp-agreement"
    static let dictionary = words
    static let seeds = generated { $0.stream() }

    static func run(_ bytes: [UInt8]) {
        if case .disagreed(let reason) = StreamAgreement.check(bytes) { preconditionFailure(reason) }
    }
}

/// Any message of a client of the framing before RFC 7395: what passes the check means the same in a stream as it was sent.
enum XMPPDraftTarget: FuzzTarget {
    static let name = "xmpp-draft"
    static let dictionary = words
    static let seeds =
        generated { $0.element() }
        + [
            "<?xml version='1.0'?><stream:stream  id='4' to='a' xmlns='jabber:client' version='1.0' "
                + "xmlns:stream='http://etherx.jabber.org/streams'>",
            "</stream:stream>", "<presence/>", "<x:a xmlns:x='urn:x'><b/></x:a>",
            "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
        ].map { Array($0.utf8) }

    static func run(_ bytes: [UInt8]) {
        let checker = StanzaChecker()
        guard case .element(let element)? = try? checker.readDraft(bytes.span, limits: .beforeLogin),
            (try? checker.check(element.span, limits: .beforeLogin)) != nil
        else { return }
        var sent = bytes[...]
        if let start = try? XMLDeclaration.end(in: bytes.span) { sent = sent.dropFirst(start) }
        let header = "<s xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        let inStream = Array(header.utf8) + sent + Array("</s>".utf8)
        guard let meant = ReferenceDocument(inStream), let read = ReferenceDocument(element) else {
            preconditionFailure("libxml2 does not take it")
        }
        precondition(meant.root.children == [read.root], "means something else")
    }
}
