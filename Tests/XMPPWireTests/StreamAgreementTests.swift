import Testing
import WireTesting
import XMLReference
import XMPPWire

@Suite struct StreamAgreementTests {
    @Test("the scanner and libxml2 cut generated streams alike")
    func generated() {
        var elements = 0
        for seed in 0..<1_500 {
            var generator = XMLGenerator(seed: UInt64(seed))
            let stream = generator.stream()
            let result = StreamAgreement.check(Array(stream.utf8))
            guard case .agreed(let count) = result else {
                Issue.record("seed \(seed): \(result)\n\(stream)")
                return
            }
            elements += count
        }
        #expect(elements > 3_000)
    }

    @Test("the scanner and libxml2 cut mutated streams alike, as long as libxml2 accepts them")
    func mutated() {
        var corpus: [[UInt8]] = []
        for seed in 0..<60 {
            var generator = XMLGenerator(seed: UInt64(seed))
            corpus.append(Array(generator.stream().utf8))
        }
        var mutator = Mutator(
            seed: 1,
            dictionary: [
                "<", ">", "'", "\"", "/", " ", "xmlns=''", " xmlns='urn:z'", "stream:", "<![CDATA[", "]]>", "&gt;",
                "<a/>",
            ])
        var comparable = 0
        for run in 0..<12_000 {
            let stream = mutator.next(from: corpus)
            switch StreamAgreement.check(stream) {
            case .notComparable: break
            case .agreed: comparable += 1
            case .disagreed(let reason):
                Issue.record("run \(run): \(reason)\n\(String(decoding: stream, as: UTF8.self))")
                return
            }
        }
        #expect(comparable > 500)
    }
}
