/// Changes byte runs at random, repeatably: the in-process fuzzer's way from a seed to the next input.
package struct Mutator {
    private var generator: SplitMix64
    private let dictionary: [[UInt8]]

    package init(seed: UInt64, dictionary: [String]) {
        generator = SplitMix64(seed: seed)
        self.dictionary = dictionary.map { Array($0.utf8) }
    }

    /// One of `corpus`, changed in a few places.
    package mutating func next(from corpus: [[UInt8]]) -> [UInt8] {
        var bytes = corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            change(&bytes, corpus)
        }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], _ corpus: [[UInt8]]) {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0:
            guard let index = bytes.indices.randomElement(using: &generator) else { return }
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1:
            guard let index = bytes.indices.randomElement(using: &generator) else { return }
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 2:
            bytes.removeSubrange(range(in: bytes))
        case 3:
            let copied = bytes[range(in: bytes)]
            bytes.insert(contentsOf: copied, at: place(in: bytes))
        case 4:
            let other = corpus.randomElement(using: &generator) ?? []
            bytes.insert(contentsOf: other[range(in: other)], at: place(in: bytes))
        case 5:
            let other = corpus.randomElement(using: &generator) ?? []
            bytes = Array(bytes[..<place(in: bytes)]) + other[place(in: other)...]
        default:
            guard let word = dictionary.randomElement(using: &generator) else { return }
            let at = place(in: bytes)
            let end = Bool.random(using: &generator) ? min(bytes.count, at + word.count) : at
            bytes.replaceSubrange(at..<end, with: word)
        }
    }

    private mutating func place(in bytes: [UInt8]) -> Int {
        Int.random(in: 0...bytes.count, using: &generator)
    }

    private mutating func range(in bytes: [UInt8]) -> Range<Int> {
        let start = place(in: bytes)
        return start..<min(bytes.count, start + Int.random(in: 0...24, using: &generator))
    }
}
