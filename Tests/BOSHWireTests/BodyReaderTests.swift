import BOSHWire
import Bytes
import Testing
import XMPPWire

/// Bodies of requests: start tags, elements inside, and what is refused.
@Suite struct BodyReaderTests {
    private static let namespace = "xmlns='http://jabber.org/protocol/httpbind'"
    private let reader = BodyReader()
    private let checker = StanzaChecker()

    private func head(_ text: String) throws -> RequestHead { try reader.readHead(Array(text.utf8).span) }

    private func failure(_ text: String) -> Condition? { failure(Array(text.utf8)) }

    private func failure(_ bytes: [UInt8], limits: XMLLimits = .afterLogin) -> Condition? {
        do throws(BodyFailure) {
            _ = try reader.readElements(bytes.span, checker: checker, limits: limits)
            return nil
        } catch {
            return error.condition
        }
    }

    private func elements(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        guard let count = try? reader.readElements(bytes.span, checker: checker, limits: .afterLogin) else {
            return ["refused"]
        }
        return (0..<count).map { index in
            reader.withElement(index, of: bytes.span) { bytes, element in
                element.needsRewrite
                    ? String(decoding: checker.rewritten(bytes), as: UTF8.self) : String(reading: bytes)
            }
        }
    }

    private func body(_ content: String, _ more: String = "") -> String {
        "<body rid='1' \(more) \(Self.namespace)>\(content)</body>"
    }

    @Test("BO-007: the root is body in its namespace, under any prefix")
    func root() throws {
        #expect(try head("<b:body xmlns:b='http://jabber.org/protocol/httpbind' rid='7'/>").rid == 7)
        #expect(try head("<body rid='7' xmlns=\"http://jabber.org/protocol/httpb&#105;nd\" />").rid == 7)
        for bad in ["<body xmlns='x' rid='1'/>", "<boddy rid='1' \(Self.namespace)/>", "<body rid='1'/>", "", "<", "x"]
        {
            #expect(failure(bad) == .badRequest, "\(bad)")
        }
    }

    @Test("BO-008, BO-016: a body that is not complete is refused whole, wherever it is cut")
    func truncated() {
        let whole = Array(body("<message xmlns='jabber:client'><b a='>'>x<![CDATA[</b>]]></b></message> ").utf8)
        #expect(failure(whole) == nil)
        for end in whole.indices { #expect(failure(Array(whole[..<end])) == .badRequest, "\(end)") }
        #expect(failure(whole + whole) == .badRequest)
        #expect(failure(whole + [0x20, 0x0A]) == nil)
    }

    @Test("BO-009: comments, instructions, document types and foreign entities are refused everywhere")
    func restricted() {
        let bad = ["<!-- x -->", "<?x y?>", "<!DOCTYPE body>", "&foo;"]
        for part in bad {
            #expect(failure(part + body("")) == .badRequest, "\(part)")
            #expect(failure(body(part)) == .badRequest, "\(part)")
            #expect(failure(body("<message xmlns='jabber:client'>\(part)</message>")) == .badRequest, "\(part)")
            #expect(failure(body("") + part) == .badRequest, "\(part)")
        }
        #expect(failure("<body rid='1' x='&foo;' \(Self.namespace)/>") == .badRequest)
        #expect(failure("<body rid='1' x='&#0;' \(Self.namespace)/>") == .badRequest)
    }

    @Test("BO-010: white space between elements is fine, text is not")
    func text() {
        #expect(elements(body("\r\n<a xmlns='u'/>\t\n <b xmlns='u'/>\n")) == ["<a xmlns='u'/>", "<b xmlns='u'/>"])
        for bad in ["hi", "<a xmlns='u'/>x", "&#32;", "<![CDATA[x]]>"] {
            #expect(failure(body(bad)) == .badRequest, "\(bad)")
        }
    }

    @Test("BO-011, BO-012: any elements pass, in order, byte for byte")
    func payload() {
        let inside = [
            "<message xmlns='jabber:client' x='a\r\n\tb&#13;' ><body>\r\n&amp;<![CDATA[<x>]]>é😀</body></message >",
            "<presence xmlns=\"jabber:client\" type='unavailable'/>", "<r xmlns='urn:xmpp:sm:3'></r>",
        ]
        #expect(elements(body(inside.joined())) == inside)
    }

    @Test("BO-013: prefixes and default namespaces of the body still mean the same")
    func inherited() {
        let declared = body("<message xmlns='jabber:client'><p:x/></message>", "xmlns:p='urn:p' xmlns:q='urn:q'")
        #expect(elements(declared) == ["<message xmlns:p='urn:p' xmlns='jabber:client'><p:x/></message>"])
        let own = body("<message xmlns='jabber:client' xmlns:p='urn:own'><p:x/></message>", "xmlns:p='urn:p'")
        #expect(elements(own) == ["<message xmlns='jabber:client' xmlns:p='urn:own'><p:x/></message>"])
        let prefixed = "<b:body xmlns:b='http://jabber.org/protocol/httpbind' xmlns='urn:d' rid='1'><x/></b:body>"
        #expect(elements(prefixed) == ["<x xmlns='urn:d'/>"])
        #expect(elements(body("<x/>")) == ["<x xmlns='http://jabber.org/protocol/httpbind'/>"])
        #expect(elements(body("<p:x p:a='1'/>", "xmlns:p='urn:p'")).first?.contains("xmlns:p='urn:p'") == true)
    }

    @Test("BO-014: stanzas without a namespace, or in that of the body, are the client's, children too")
    func stanzas() {
        #expect(
            elements(body("<message to='a'><body>x</body></message><iq/><presence/>")) == [
                "<message xmlns='jabber:client' to='a'><body>x</body></message>", "<iq xmlns='jabber:client'/>",
                "<presence xmlns='jabber:client'/>",
            ])
        let prefixed = "<b:body xmlns:b='http://jabber.org/protocol/httpbind' rid='1'><message/></b:body>"
        #expect(elements(prefixed) == ["<message xmlns='jabber:client'/>"])
        let inPrefix = "<b:body xmlns:b='http://jabber.org/protocol/httpbind' rid='1'><b:message to='x'/></b:body>"
        #expect(elements(inPrefix) == ["<message xmlns:b='jabber:client' to='x'/>"])
    }

    @Test("BO-015: nothing but UTF-8")
    func encodings() {
        #expect(failure("<?xml version='1.0' encoding='utf-8'?>\n" + body("")) == nil)
        #expect(failure("<?xml version='1.0' encoding='ISO-8859-1'?>" + body("")) == .badRequest)
        #expect(failure(Array(body("").utf8) + [0xC3]) == .badRequest)
        #expect(failure(Array("<body rid='1' x='".utf8) + [0xFF] + Array("' \(Self.namespace)/>".utf8)) == .badRequest)
        let wide: [UInt8] = [0xFE, 0xFF] + body("").utf8.reduce(into: [UInt8]()) { $0 += [0, $1] }
        #expect(failure(wide) == .badRequest)
    }

    @Test("BO-017: a request id is a whole number from 1 to 2^53-1")
    func requestIDs() throws {
        #expect(try head("<body rid='9007199254740991' \(Self.namespace)/>").rid == 9_007_199_254_740_991)
        let forty = String(repeating: "1", count: 40)
        for bad in ["", "0", "-1", "+1", "1.5", "abc", "9007199254740992", " 1", forty] {
            #expect(try head("<body rid='\(bad)' \(Self.namespace)/>").rid == nil, "\(bad)")
            let edge = Edge()
            let handle = edge.post("<body rid='\(bad)' to='a' ver='1.11' \(Self.namespace)/>")
            #expect(edge.body(handle) == Edge.terminal("bad-request"))
        }
        #expect(try head("<body \(Self.namespace)/>").rid == nil)
    }

    @Test("BO-018: numbers are read strictly, within their bounds")
    func numbers() throws {
        for good in ["hold='255'", "wait='65535'", "pause='0'", "ack='1'", "wait='007'"] {
            #expect(try head("<body rid='1' \(good) \(Self.namespace)/>").defect == nil, "\(good)")
        }
        for bad in [
            "hold='256'", "wait='65536'", "pause='-1'", "ack='x'", "hold=' 1'", "wait='99999999999999999999999'",
        ] {
            #expect(try head("<body rid='1' \(bad) \(Self.namespace)/>").defect == .badRequest, "\(bad)")
        }
    }

    @Test("BO-134: elements, depth and bytes are limited")
    func limits() {
        let many = String(repeating: "<a xmlns='u'/>", count: BodyReader.maxElements)
        #expect(failure(body(many)) == nil)
        #expect(failure(body(many + "<a xmlns='u'/>")) == .policyViolation)
        let deep = String(repeating: "<a xmlns='u'>", count: 10_000) + String(repeating: "</a>", count: 10_000)
        #expect(failure(body(deep)) == .badRequest)
        let large = "<a xmlns='u'>" + String(repeating: "x", count: 300_000) + "</a>"
        #expect(failure(body(large)) == .policyViolation)
        #expect(failure(Array(body(large.prefix(20_000) + "</a>").utf8), limits: .beforeLogin) == .policyViolation)
    }

    @Test("BO-134: a body cannot have a long declaration copied into all its elements")
    func amplification() {
        let long = String(repeating: "n", count: 2_000)
        #expect(failure(body("<p:a/>", "xmlns:p='\(long)'")) == .badRequest)
        let many = (0..<17).map { "xmlns:p\($0)='u'" }.joined(separator: " ")
        #expect(failure(body("", many)) == .badRequest)
    }

    @Test("a start tag that XML forbids is refused")
    func tags() {
        let bad = [
            "<body rid='1'x='2' \(Self.namespace)/>", "<body rid='1' rid='1' \(Self.namespace)/>",
            "<body rid=1 \(Self.namespace)/>", "<body p:x='1' \(Self.namespace)/>", "<body x='<' \(Self.namespace)/>",
            "<body 1x='1' \(Self.namespace)/>", "<body xmlns:p='' \(Self.namespace)/>", "<a:b:body \(Self.namespace)/>",
            "<body x \(Self.namespace)/>", "<body x='1\u{1}' \(Self.namespace)/>",
            "<body xmlns:xml='u' \(Self.namespace)/>",
            "< body \(Self.namespace)/>", "<body \(Self.namespace)/ >", "<body x='&#xD800;' \(Self.namespace)/>",
        ]
        for text in bad { #expect(failure(text) == .badRequest, "\(text)") }
    }

    @Test("BO-044, BO-045, XB-001, XB-009, XB-010: what the stream header needs is read, under any prefix")
    func streamAttributes() throws {
        let head = try head(
            "<body rid='1' to='a&amp;b' from='u@d' xml:lang='de' x:version='1.0' xmlns:x='urn:xmpp:xbosh' \(Self.namespace)/>"
        )
        #expect(head.opening == OpenAttributes(to: "a&b", from: "u@d", version: "1.0", lang: "de"))
    }

    @Test("XB-002: without xmpp:version there is none, and nothing is made up")
    func noVersion() throws {
        #expect(try head("<body rid='1' to='a' \(Self.namespace)/>").opening.version == nil)
        #expect(
            try head("<body rid='1' x:version='2.0' xmlns:x='urn:other' \(Self.namespace)/>").opening.version == nil)
        #expect(try head("<body rid='1' version='2.0' \(Self.namespace)/>").opening.version == nil)
    }

    @Test("XB-006: restart is read in its namespace, as true or 1")
    func restart() throws {
        let declared = "xmlns:x='urn:xmpp:xbosh' \(Self.namespace)"
        #expect(try head("<body rid='1' x:restart='true' \(declared)/>").isRestart)
        #expect(try head("<body rid='1' x:restart='1' \(declared)/>").isRestart)
        #expect(try !head("<body rid='1' x:restart='false' \(declared)/>").isRestart)
        #expect(try !head("<body rid='1' restart='true' \(declared)/>").isRestart)
    }
}
