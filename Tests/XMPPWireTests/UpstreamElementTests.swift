import Bytes
import Testing
import XMPPWire

private let usual = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"

/// What an element is taken for, the short way and the long one.
private func kinds(_ element: String, _ declarations: String = usual) throws -> [UpstreamElement] {
    var scanner = StreamScanner()
    let header = Array("<stream:stream \(declarations) id='i' version='1.0'>".utf8)
    guard case .header = try scanner.next(header.span) else { return [] }
    let bytes = Array(element.utf8)
    guard case .element(let cut, _) = try scanner.next(bytes.span) else { return [] }
    return [
        scanner.classify(cut, in: bytes.span), scanner.classify(cut, in: bytes.span, takesShortWay: false),
    ]
}

@Suite struct UpstreamElementTests {
    @Test(
        "what comes with every login is known without a copy, and is what a closer look finds",
        arguments: [
            ("<stream:features/>", UpstreamElement.features),
            ("<stream:features><a/></stream:features>", .features),
            ("<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>", .features),
            ("<stream:features xmlns:stream='http:&#47;/etherx.jabber.org/streams'/>", .features),
            ("<stream:features xmlns:stream='urn:other'/>", .other),
            ("<features xmlns='http://etherx.jabber.org/streams'/>", .features),
            ("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", .saslSuccess(restarts: true)),
            ("<success xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\">dj0=</success>", .saslSuccess(restarts: true)),
            ("<success a='1' xmlns='urn:ietf:params:xml:ns:xmpp-sas&#108;' />", .saslSuccess(restarts: true)),
            ("<success xmlns='urn:xmpp:sasl:2'/>", .saslSuccess(restarts: false)),
            ("<success xmlns='urn:other'/>", .other),
            ("<success xmlns='urn:other' a='urn:ietf:params:xml:ns:xmpp-sasl'/>", .other),
            ("<success xmlnsx='urn:ietf:params:xml:ns:xmpp-sasl'/>", .other),
            ("<success xmlns:a='urn:ietf:params:xml:ns:xmpp-sasl'/>", .other),
            ("<s:success xmlns:s='urn:ietf:params:xml:ns:xmpp-sasl'/>", .saslSuccess(restarts: true)),
            ("<success/>", .other),
            ("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>", .saslFailure),
            ("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj0=</challenge>", .saslChallenge),
            ("<further xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", .saslChallenge),
            ("<iq type='result'/>", .iqResult), ("<message/>", .stanza),
        ])
    func known(_ element: String, _ kind: UpstreamElement) throws {
        #expect(try kinds(element) == [kind, kind])
        #expect(try kinds(element, usual + " xmlns:more='urn:more'") == [kind, kind])
    }

    @Test("a usual header is read as one with a declaration more, which takes the long way")
    func header() throws {
        let attributes = [
            "", " from='a.b'", " to='x@a.b' from='a.b' id='1' version='1.0' xml:lang='de'", " id=\"a&amp;b&#x41;\"",
            " id = 'a\tb\nc'", " version='1.0' version='2.0'", " other='1' id='2'", " id='>'", " xml:space='1'",
            " id=''",
            " xmlns:s='urn:s' s:id='3'", " xmlnsid='4'",
        ]
        for text in attributes {
            for end in [">", " >", "/>"] {
                let short = Array("<stream:stream \(usual)\(text)\(end)".utf8)
                let long = Array("<stream:stream \(usual) xmlns:more='urn:more'\(text)\(end)".utf8)
                var scanner = StreamScanner()
                var other = StreamScanner()
                guard case .header(let one, let size) = try scanner.next(short.span),
                    case .header(let two, _) = try other.next(long.span)
                else {
                    Issue.record("no header: \(text)")
                    continue
                }
                #expect(one == two, "\(text)")
                #expect(size == short.count)
                let rest: [UInt8] = []
                #expect(try scanner.next(rest.span) == other.next(rest.span))
            }
        }
    }
}
