import LoadTest
import Testing

@Suite struct BOSHPayloadsTests {
    private func filled(_ count: Int, of size: Int) -> BOSHPayloads {
        var payloads = BOSHPayloads()
        let element = [UInt8](repeating: UInt8(ascii: "x"), count: size)
        for _ in 0..<count { payloads.append(element.span) }
        return payloads
    }

    /// Bytes of each body until nothing waits.
    private func bodies(_ payloads: BOSHPayloads) -> [Int] {
        var payloads = payloads
        var sizes: [Int] = []
        while !payloads.isEmpty { sizes.append(payloads.next().count) }
        #expect(payloads.count == 0)
        #expect(payloads.next().isEmpty)
        return sizes
    }

    @Test func aFewElementsGoTogether() {
        #expect(bodies(filled(3, of: 100)) == [300])
    }

    @Test func aBodyHasOnlySoManyElements() {
        #expect(bodies(filled(300, of: 1)) == [128, 128, 44])
    }

    @Test func aBodyHasOnlySoManyBytesAndNoElementIsCut() {
        #expect(bodies(filled(5, of: 50_000)) == [100_000, 100_000, 50_000])
    }

    @Test func aLargeElementGoesAlone() {
        #expect(bodies(filled(2, of: 400_000)) == [400_000, 400_000])
    }
}
