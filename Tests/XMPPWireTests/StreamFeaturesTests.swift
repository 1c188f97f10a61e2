import Bytes
import Testing
import WireTesting
import XMPPWire

private let open = "<stream:features xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'>"
private let end = "</stream:features>"
private let startTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
private let compression = "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method></compression>"
private let channelBinding =
    "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>"

private func mechanisms(_ names: String...) -> String {
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\(names.map { "<mechanism>\($0)</mechanism>" }.joined())</mechanisms>"
}

private func sasl2(_ names: String..., inline: String = "") -> String {
    "<authentication xmlns='urn:xmpp:sasl:2'>\(names.map { "<mechanism>\($0)</mechanism>" }.joined())<inline>\(inline)"
        + "</inline></authentication>"
}

private func read(_ content: String, _ policy: FeaturePolicy = FeaturePolicy()) -> StreamFeatures {
    StreamFeatures.read(Array((open + content + end).utf8).span, policy: policy)
}

/// The features that are left, without the element around them.
private func left(_ content: String, _ policy: FeaturePolicy = FeaturePolicy()) -> String {
    let text = String(decoding: read(content, policy).element, as: UTF8.self)
    guard text.hasPrefix(open), text.hasSuffix(end) else { return text }
    return String(text.dropFirst(open.count).dropLast(end.count))
}

@Suite struct StreamFeaturesTests {
    @Test("WX-024: STARTTLS is not shown to the browser")
    func tls() {
        #expect(left(startTLS + mechanisms("PLAIN")) == mechanisms("PLAIN"))
        #expect(left("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><a/>") == "<a/>")
        #expect(left("<t:starttls xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'><t:required/></t:starttls>") == "")
        #expect(left("<starttls xmlns='urn:other'/>") == "<starttls xmlns='urn:other'/>")
        #expect(read(startTLS).offersTLS && read(startTLS).requiresTLS)
        #expect(!read("<a/>").offersTLS && !read("<required/>").requiresTLS)
    }

    @Test("WX-025: stream compression is not shown to the browser")
    func streamCompression() {
        #expect(left("<a/>" + compression + "<b/>") == "<a/><b/>")
    }

    @Test("PT-019, PT-001: every other byte stays as it is, known or not")
    func untouched() {
        for content in [
            "", " \n<a/> ",
            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><session xmlns='urn:x'><optional/></session>",
            "<x a='1 > 0' b=\"'\"><![CDATA[<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>]]></x>",
            "<c ver='&#x41;' xmlns='http://jabber.org/protocol/caps'></c>",
            sasl2(
                "SCRAM-SHA-1",
                inline: "<bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:sm:3'/></inline></bind>"),
            mechanisms("PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS") + channelBinding,
        ] {
            #expect(left(content) == content)
        }
    }

    @Test("PT-011, PT-012: by default channel binding is left alone, -PLUS and its types alike")
    func channelBindingByDefault() {
        let content = channelBinding + mechanisms("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1") + sasl2("SCRAM-SHA-256-PLUS")
        #expect(left(content) == content)
    }

    @Test("PT-011: when channel binding is hidden, all of it is")
    func channelBindingHidden() {
        let policy = FeaturePolicy(hidesChannelBinding: true)
        let fast =
            "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-EXPR</mechanism><mechanism>HT-SHA-256-NONE</mechanism></fast>"
        let content =
            channelBinding + mechanisms("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN")
            + sasl2("SCRAM-SHA-256", "scram-sha-256-plus", inline: fast)
        let found = read(content, policy)
        #expect(
            left(content, policy) == mechanisms("SCRAM-SHA-1", "PLAIN")
                + sasl2(
                    "SCRAM-SHA-256",
                    inline: "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast>"))
        #expect(found.mechanisms == ["SCRAM-SHA-1", "PLAIN", "SCRAM-SHA-256"])
    }

    @Test(
        "PT-011: where all logins bind to a channel that ends at the edge, their names are told, whether they are shown or not"
    )
    func onlyBound() {
        let hiding = FeaturePolicy(hidesChannelBinding: true)
        func fast(_ name: String) -> String { "<fast xmlns='urn:xmpp:fast:0'><mechanism>\(name)</mechanism></fast>" }
        for policy in [FeaturePolicy(), hiding] {
            #expect(read(mechanisms("SCRAM-SHA-1-PLUS"), policy).onlyBound == ["SCRAM-SHA-1-PLUS"])
            #expect(
                read(sasl2("SCRAM-SHA-256-PLUS", inline: fast("HT-SHA-256-EXPR")), policy).onlyBound
                    == ["SCRAM-SHA-256-PLUS"])
            for usable in [
                mechanisms("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"), mechanisms("SCRAM-SHA-1-PLUS") + sasl2("PLAIN"),
                sasl2("SCRAM-SHA-256-PLUS", inline: fast("HT-SHA-256-NONE")),
                mechanisms("SCRAM-SHA-1-PLUS") + "<auth xmlns='http://jabber.org/features/iq-auth'/>",
                mechanisms(), "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>",
            ] {
                #expect(read(usable, policy).onlyBound.isEmpty)
            }
        }
        let hidden = FeaturePolicy(hiddenMechanisms: ["PLAIN"])
        #expect(read(mechanisms("SCRAM-SHA-1-PLUS", "PLAIN"), hidden).onlyBound == ["SCRAM-SHA-1-PLUS"])
    }

    @Test("An element that is far too long is not looked into")
    func tooLong() {
        let content = "<a>" + String(repeating: "x", count: StreamFeatures.maxElement) + "</a>" + mechanisms("EXTERNAL")
        let policy = FeaturePolicy(hiddenMechanisms: ["EXTERNAL"])
        #expect(read(content, policy).mechanisms.isEmpty)
    }

    @Test("UP-014, PT-020: mechanisms of the policy are hidden, in SASL and in SASL2")
    func mechanismFilter() {
        let policy = FeaturePolicy(hiddenMechanisms: ["external", "DIGEST-MD5", "GSSAPI"])
        let content = mechanisms("EXTERNAL", "PLAIN", "DIGEST-MD5", "X-GSSAPI") + sasl2(" GSSAPI\n", "PLAIN")
        #expect(left(content, policy) == mechanisms("PLAIN", "X-GSSAPI") + sasl2("PLAIN"))
        #expect(read(content, policy).mechanisms == ["PLAIN", "X-GSSAPI", "PLAIN"])
        let empty = "<mechanism/><mechanism xmlns='urn:other'>EXTERNAL</mechanism>"
        #expect(left(empty, policy) == empty)
    }

    @Test("PT-018: limits of the server are lowered to the edge's own, never raised")
    func limits() {
        func limits(_ bytes: String, _ seconds: String) -> String {
            "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>\(bytes)</max-bytes><idle-seconds>\(seconds)</idle-seconds></limits>"
        }
        let policy = FeaturePolicy(maxBytes: 262_144, idleSeconds: 60)
        #expect(left(limits("524288", "3600"), policy) == limits("262144", "60"))
        #expect(left(limits("10000", "30"), policy) == limits("10000", "30"))
        #expect(left(limits("99999999999999999999999", "60"), policy) == limits("262144", "60"))
        #expect(left(limits("many", ""), policy) == limits("many", ""))
        #expect(left(limits("524288", "3600")) == limits("524288", "3600"))
        #expect(left("<max-bytes>524288</max-bytes>", policy) == "<max-bytes>524288</max-bytes>")
    }

    @Test("features of every recorded server come through a default filter with nothing lost but TLS and compression")
    func recorded() throws {
        var seen = 0
        for scenario in try Transcript.all().flatMap(\.scenarios) where !scenario.isAbridged {
            for case .element(let text, .features) in ScannerRun.events([scenario.serverBytes[...]]) {
                seen += 1
                let filtered = StreamFeatures.filtered(Array(text.utf8).span, policy: FeaturePolicy())
                let output = String(decoding: filtered, as: UTF8.self)
                #expect(!output.contains("starttls") && !output.contains("features/compress"))
                if !text.contains("starttls") && !text.contains("features/compress") { #expect(output == text) }
            }
        }
        #expect(seen > 100)
    }

    @Test("what is no element comes back as it is")
    func broken() {
        for text in ["", "<", "<a", "<!-- -->", "</a>"] {
            #expect(StreamFeatures.filtered(Array(text.utf8).span, policy: FeaturePolicy()) == Array(text.utf8))
        }
    }
}
