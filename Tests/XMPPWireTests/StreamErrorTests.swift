import Testing
import XMPPWire

@Suite struct StreamErrorTests {
    private static let streams = "xmlns:stream='http://etherx.jabber.org/streams'"
    private static let conditions = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"

    private static func read(_ content: String) -> StreamError? {
        StreamError.read(Array("<stream:error \(streams)>\(content)</stream:error>".utf8))
    }

    @Test("The condition and what stands inside it, wherever the text is")
    func conditions() {
        let host = Self.read("<see-other-host \(Self.conditions)> a.example:1\n</see-other-host>")
        #expect(host?.condition == .seeOtherHost)
        #expect(host?.detail == "a.example:1")
        let shutdown = Self.read(
            "<text \(Self.conditions)>late</text>".replacing("text", with: "other")
                + "<system-shutdown \(Self.conditions)/>")
        #expect(shutdown?.condition == nil)
        let behind = Self.read("<x xmlns='urn:other'><y/></x><system-shutdown \(Self.conditions)/>")
        #expect(behind?.condition == .systemShutdown)
        #expect(behind?.detail.isEmpty == true)
    }

    @Test("References are read, and what is too long or no text is none")
    func details() {
        let escaped = Self.read("<see-other-host \(Self.conditions)>a&amp;b</see-other-host>")
        #expect(escaped?.detail == "a&b")
        let name = String(repeating: "x", count: 301)
        let long = Self.read("<see-other-host \(Self.conditions)>\(name)</see-other-host>")
        #expect(long?.detail == "")
        let child = Self.read("<see-other-host \(Self.conditions)><a/></see-other-host>")
        #expect(child?.detail == "")
    }

    @Test(
        "What is no stream error, or has no condition, is none",
        arguments: [
            "<error/>", "<stream:error xmlns:stream='urn:other'><a/></stream:error>", "<message/>", "", "<",
            "<stream:error xmlns:stream='http://etherx.jabber.org/streams'/>",
            "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><a xmlns='urn:other'/></stream:error>",
        ])
    func others(_ element: String) {
        #expect(StreamError.read(Array(element.utf8)) == nil)
    }
}
