/// The bytes of a question.
import DNSWire
import Testing

@Suite struct DNSQueryTests {
    @Test("A question asks for recursion and says how much may come at once")
    func bytes() {
        let question: [UInt8] = [1, 97, 0, 0, 33, 0, 1]
        let query = DNSQuery.of("a", .service)
        #expect(
            query.bytes(id: 0xABCD) == [0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1] + question
                + [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0])
        #expect(query.bytes(id: 1, isExtended: false) == [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + question)
    }
}
