import LoadTest
import Testing

@Suite struct MessageIDTests {
    private func text(_ id: MessageID) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: MessageID.size)
        bytes.withUnsafeMutableBufferPointer { id.write(to: $0) }
        return bytes
    }

    @Test(arguments: [
        MessageID(tag: 0, sender: 0, intended: 0, lag: 0),
        MessageID(tag: 0xABCD, sender: 59_999, intended: 1_234_567_890_123_456, lag: 77),
        MessageID(tag: .max, sender: .max, intended: .max, lag: .max),
    ])
    func readsBackWhatItWrote(_ id: MessageID) {
        let text = text(id)
        #expect(MessageID(text.span) == id)
    }

    @Test func anyOtherTextIsNone() {
        let good = text(MessageID(tag: 1, sender: 2, intended: 3, lag: 4))
        for index in good.indices {
            var bad = good
            bad[index] = UInt8(ascii: "G")
            #expect(MessageID(bad.span) == nil)
        }
        let short = [UInt8](good.dropLast())
        #expect(MessageID(short.span) == nil)
        let none: [UInt8] = []
        #expect(MessageID(none.span) == nil)
    }
}
