import Bytes
import Testing
import WireTesting
import XMLReference
import XMPPWire

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// What a server's scanner would read from our header.
private func readBack(_ bytes: [UInt8]) -> OpenAttributes? {
    guard case .header(let attributes)? = ScannerRun.events([bytes[...]]).first else { return nil }
    return attributes
}

@Suite struct StreamHeaderTests {
    @Test("XS-001: the header to a server is one declaration and one tag with the prefix stream and double quotes")
    func header() {
        let bytes = StreamHeader.bytes(OpenAttributes(to: "edge.test"))
        #expect(
            text(bytes) == """
                <?xml version="1.0"?><stream:stream to="edge.test" version="1.0" xmlns="jabber:client" \
                xmlns:stream="http://etherx.jabber.org/streams">
                """)
    }

    @Test("XS-002: from and xml:lang go along when the client gave them")
    func fromAndLanguage() {
        let header = text(StreamHeader.bytes(OpenAttributes(to: "b.c", from: "a@b.c", lang: "de")))
        #expect(header.contains(" from=\"a@b.c\""))
        #expect(header.contains(" xml:lang=\"de\""))
        let without = text(StreamHeader.bytes(OpenAttributes(to: "b.c")))
        #expect(!without.contains("from=") && !without.contains("xml:lang"))
    }

    @Test("XS-001, XS-005, XS-006: neither the client's id nor its version reaches the server")
    func idAndVersion() {
        let header = text(StreamHeader.bytes(OpenAttributes(to: "b.c", id: "mine", version: "2.0")))
        #expect(!header.contains("mine") && !header.contains("2.0") && !header.contains("standalone"))
        #expect(header.contains(" version=\"1.0\""))
    }

    @Test("every other attribute crosses, with a prefix that cannot clash")
    func otherAttributes() throws {
        var attributes = OpenAttributes(to: "b.c")
        attributes.others = [
            .init(name: "extra", value: "1"), .init(namespace: "urn:x", name: "a", value: "<2>"),
            .init(namespace: "urn:\"y\"", name: "a", value: "3"),
            .init(namespace: "http://www.w3.org/XML/1998/namespace", name: "space", value: "preserve"),
        ]
        let read = try #require(readBack(StreamHeader.bytes(attributes)))
        #expect(read.others == attributes.others)
    }

    @Test("XS-008: whatever a value holds, it reads back the same, and no raw > or quote ends the tag early")
    func escapes() throws {
        for value in ["a>b", "\"", "'", "<&>", "]]>", "\n\t\r", "a@b.c/日本 😀", "&amp;", "--", "?>"] {
            let bytes = StreamHeader.bytes(OpenAttributes(to: "b.c", from: value, lang: value))
            #expect(bytes.dropLast().dropFirst(22).allSatisfy { $0 != UInt8(ascii: ">") }, "\(value)")
            let read = try #require(readBack(bytes))
            #expect(read.from == value)
            #expect(read.lang == value)
            let whole = bytes + Array("\(StreamHeader.end)".utf8)
            #expect(ReferenceDocument(whole)?.root.attributes.contains { $0.value == value } == true)
        }
    }

    @Test("what XML cannot carry is replaced, not written")
    func forbiddenCharacters() throws {
        let read = try #require(readBack(StreamHeader.bytes(OpenAttributes(to: "a\u{0}b\u{1}\u{FFFE}c"))))
        #expect(read.to == "a\u{FFFD}b\u{FFFD}\u{FFFD}c")
    }

    @Test("header and end go into a buffer as they are")
    func intoBuffer() {
        let pool = BufferPool()
        var buffer = ByteBuffer()
        StreamHeader.append(OpenAttributes(to: "a"), to: &buffer, pool: pool)
        buffer.append(StreamHeader.end, pool: pool)
        let written = buffer.withSpan { Array(copying: $0) }
        #expect(written == StreamHeader.bytes(OpenAttributes(to: "a")) + Array("</stream:stream>".utf8))
    }

    @Test("our header, elements and end are a stream to our own scanner")
    func pair() {
        let stream =
            StreamHeader.bytes(OpenAttributes(to: "a", from: "b@a")) + Array("<presence/></stream:stream>".utf8)
        let expected: [ScannerRun.Event] = [
            .header(OpenAttributes(to: "a", from: "b@a", version: "1.0")),
            .element("<presence xmlns='jabber:client'/>", .stanza), .end,
        ]
        for pieces in Cuts.all(of: stream) { #expect(ScannerRun.events(pieces) == expected) }
    }
}
