import Crypto
import Testing

@Suite struct SecureRandomTests {
    @Test func givesOtherBytesEachTime() {
        let first = SecureRandom.bytes(32)
        let second = SecureRandom.bytes(32)
        #expect(first.count == 32)
        #expect(first != second)
    }

    @Test func fillsTheWholeArray() {
        var seen = [Bool](repeating: false, count: 64)
        // A byte that stays 0 in 20 fills has a chance of 2^-160.
        for _ in 0..<20 {
            var bytes = [UInt8](repeating: 0, count: seen.count)
            SecureRandom.fill(&bytes)
            for index in bytes.indices where bytes[index] != 0 { seen[index] = true }
        }
        #expect(seen.allSatisfy { $0 })
    }

    @Test func fillsNothingWithoutFailing() {
        #expect(SecureRandom.bytes(0).isEmpty)
    }
}
