import Bytes
import Testing
import XMLReference
import XMPPWire

private let stream = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"

/// What a fresh checker reads, or why it does not.
private func read(_ text: String, _ limits: XMLLimits = .beforeLogin) throws(XMLFailure) -> DraftMessage {
    try StanzaChecker().readDraft(Array(text.utf8).span, limits: limits)
}

private func beginsDraft(_ text: String) -> Bool { StanzaChecker.beginsDraft(Array(text.utf8).span) }

private func element(_ text: String) throws -> String? {
    guard case .element(let bytes) = try read(text) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}

@Suite struct DraftMessageTests {
    @Test("WX-027: Tsung's header says the same as <open/>")
    func header() throws {
        let header = "<?xml version='1.0'?><stream:stream  id='4' to='a&amp;b' \(stream) version='1.0' xml:lang='de'>"
        let expected = OpenAttributes(to: "a&b", id: "4", version: "1.0", lang: "de")
        #expect(try read(header) == .header(expected))
        #expect(try read(header + "\r\n") == .header(expected))
        #expect(beginsDraft(header))
    }

    @Test("WX-027: attributes of extensions come along, a closing bracket in a value is none")
    func otherAttributes() throws {
        let read = try read("<stream:stream \(stream) xmlns:x='urn:x' x:y='>' z='1'>")
        var expected = OpenAttributes()
        expected.others = [.init(namespace: "urn:x", name: "y", value: ">"), .init(name: "z", value: "1")]
        #expect(read == .header(expected))
    }

    @Test("WX-027: a header is read by the server's side of a stream, and says what Tsung's examples look for")
    func writtenHeader() throws {
        let attributes = OpenAttributes(to: "a@b", from: "b", id: "i\"<", version: "1.0", lang: "de")
        let bytes = StreamHeader.draft(attributes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("<stream:stream id=\"i&quot;&lt;\" xmlns:stream=\""))
        var scanner = StreamScanner()
        let step = try scanner.next(bytes.span)
        #expect(step == .header(StreamHeader(attributes: attributes), used: bytes.count))
        #expect(try read(text) == .header(attributes))
    }

    @Test("WX-028: elements get the declarations they had from the header, and only those they lack")
    func elements() throws {
        #expect(try element("<presence/>") == "<presence xmlns='jabber:client'/>")
        #expect(
            try element("<?xml version='1.0'?> <a b='1' ><c/></a> \n")
                == "<a xmlns='jabber:client' b='1' ><c/></a>")
        #expect(try element("<a xmlns='urn:a'/>") == "<a xmlns='urn:a'/>")
        #expect(try element("<a xmlns = ''/>") == "<a xmlns = ''/>")
        #expect(
            try element("<x:a xmlns:x='urn:x'><b/></x:a>")
                == "<x:a xmlns='jabber:client' xmlns:x='urn:x'><b/></x:a>")
        let error = try #require(try element("<stream:error><reset/></stream:error>"))
        #expect(error.count == "<stream:error><reset/></stream:error>".count + DraftMessage.maxAdded)
        #expect(
            ReferenceDocument(Array(error.utf8))?.root.children.map(\.name) == ["{jabber:client}reset"])
        #expect(try element("<stream:error xmlns:stream='urn:x'/>")?.contains("etherx") == false)
    }

    @Test("WX-028: prefixes of the client's namespace are written out for a server that would not know them")
    func rewriting() {
        let checker = StanzaChecker()
        let bytes = Array("<x:a xmlns:x='urn:x'><b/></x:a>".utf8)
        let rewritten = checker.rewrittenDraft(bytes.span)
        let inStream = Array("<s xmlns='jabber:client'>".utf8) + rewritten + Array("</s>".utf8)
        #expect(
            ReferenceDocument(inStream)?.root.children.first?.children.map(\.name) == ["{jabber:client}b"])
    }

    @Test("WX-028: white space is white space", arguments: ["", " ", "\r\n\t "])
    func whitespace(text: String) throws {
        #expect(try read(text) == .whitespace)
    }

    @Test(
        "WX-029: the end of the stream",
        arguments: ["</stream:stream>", "</stream:stream >", "</stream:stream\n>\n"])
    func end(text: String) throws {
        #expect(try read(text) == .end)
    }

    @Test(
        "WX-030: what is no header of a client's stream",
        arguments: [
            ("<stream:stream \(stream)/>", XMLFailure.badFormat),
            ("<stream:stream \(stream)><a/>", .badFormat),
            ("<stream:stream \(stream)>text", .badFormat),
            ("<stream:stream \(stream)", .notWellFormed),
            ("<stream:stream \(stream) a>", .notWellFormed),
            ("<stream:stream \(stream) to='a' to='b'>", .notWellFormed),
            ("<stream:stream \(stream) to='&a;'>", .restrictedXML),
            ("<stream:stream xmlns='jabber:client'>", .notWellFormed),
            ("<stream:stream xmlns:stream='urn:x'>", .invalidNamespace),
            (
                "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>",
                .invalidNamespace
            ),
            ("<stream:stream \(stream) a='\(String(repeating: "x", count: 3_072))'>", .policyViolation(.bytes)),
            ("<stream:stream \(stream) a='\(String(repeating: "x", count: 17_000))'>", .policyViolation(.bytes)),
            ("<stream:stream \(stream) \((0..<17).map { "a\($0)='1' " }.joined())>", .policyViolation(.attributes)),
            ("<stream:stream \(stream) \((0..<600).map { "a\($0)='1' " }.joined())>", .policyViolation(.attributes)),
            ("<?xml version='1.1'?><stream:stream \(stream)>", .unsupportedXMLVersion),
            ("<?xml version='1.0' encoding='UTF-16'?><stream:stream \(stream)>", .unsupportedEncoding),
        ])
    func brokenHeaders(text: String, failure: XMLFailure) {
        #expect(throws: failure) { try read(text) }
    }

    @Test(
        "WX-031: only a stream header begins a session of this kind",
        arguments: [
            "", " ", "<", "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", "<stream:streams>", "<stream:stream",
            "</stream:stream>", "<presence/>", "<?xml version='1.0'?>", "<?xml version='1.0'?><open/>",
            " <stream:stream>",
        ])
    func otherBeginnings(text: String) {
        #expect(!beginsDraft(text))
    }
}
