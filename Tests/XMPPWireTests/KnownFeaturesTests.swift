import Testing
import XMPPWire

@Suite struct KnownFeaturesTests {
    private let policy = FeaturePolicy(hiddenMechanisms: ["EXTERNAL"])

    private func features(_ name: String) -> [UInt8] {
        let mechanisms = "<mechanism>EXTERNAL</mechanism><mechanism>\(name)</mechanism>"
        return Array(
            """
            <stream:features xmlns:stream='http://etherx.jabber.org/streams'>\
            <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\
            <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\(mechanisms)</mechanisms></stream:features>
            """.utf8)
    }

    @Test("however often features come, and from however many servers, the same is hidden")
    func same() {
        var known = KnownFeatures(policy: policy)
        for round in 0..<3 {
            for server in 0..<(2 * KnownFeatures.places) {
                let element = features("M-\(server)")
                // Some come twice in a row, some when others have taken their place.
                for _ in 0...(server % 2) {
                    let features = known.read(element)
                    #expect(features == StreamFeatures.read(element.span, policy: policy), "\(round) \(server)")
                    #expect(features.element.count < element.count)
                }
            }
        }
    }

    @Test("features of any size are filtered")
    func large() {
        var known = KnownFeatures(policy: policy)
        let element = features(String(repeating: "M", count: KnownFeatures.maxElement))
        for _ in 0..<2 {
            let features = known.read(element)
            #expect(features == StreamFeatures.read(element.span, policy: policy))
        }
    }
}
