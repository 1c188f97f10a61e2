/// Every input that is one small change away from a given one. Knows nothing of what reads it.
package enum OneChange {
    /// `body` gets `bytes` cut short at each place, without the byte there, and with each of `pieces` before it or instead of it.
    package static func forEach(of bytes: [UInt8], pieces: [String], _ body: ([UInt8]) -> Void) {
        let pieces = pieces.map { Array($0.utf8) }
        for place in bytes.indices {
            let before = Array(bytes[..<place])
            let after = bytes[(place + 1)...]
            body(before)
            body(before + after)
            for piece in pieces {
                body(before + piece + bytes[place...])
                body(before + piece + after)
            }
        }
    }
}
