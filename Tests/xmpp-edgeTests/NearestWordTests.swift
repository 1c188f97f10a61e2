import Testing
import xmpp_edge

@Suite struct NearestWordTests {
    private static let known = ["listen", "limits.stanza", "limits.depth", "log-level", "log-format", "upstreams"]

    @Test(
        "The key that was probably meant is found",
        arguments: [
            ("listne", "listen"), ("limits.stanzas", "limits.stanza"), ("stanza", "limits.stanza"),
            ("loglevel", "log-level"), ("log_format", "log-format"), ("upstream", "upstreams"),
        ])
    func finds(_ written: String, _ meant: String) {
        #expect(NearestWord.find(written, in: Self.known) == meant)
    }

    @Test("Edits are counted")
    func edits() {
        #expect(NearestWord.edits("kitten", "sitting") == 3)
        #expect(NearestWord.edits("", "abc") == 3)
        #expect(NearestWord.edits("abc", "") == 3)
    }
}
