/// Looks for the end of a head without looking at any byte twice. Knows lines and their limits; does not know what a
/// start line or a field is.
struct HeadScanner: Sendable {
    /// Bytes looked at so far.
    private(set) var scanned: UInt32 = 0
    private var lineStart: UInt32 = 0
    /// Where the start line begins: empty lines may come before it.
    private(set) var start: UInt32 = 0
    private var lines: UInt32 = 0

    /// The length of everything up to and with the empty line that ends the head, or nil when more bytes are needed.
    /// - Parameter input: the same bytes as in the last call, with more behind them.
    mutating func end(in input: Span<UInt8>, limits: HTTPLimits) throws(HTTPFailure) -> Int? {
        var index = Int(scanned)
        while index < input.count, index - Int(start) < Int(limits.maxHead) {
            guard input[index] == Characters.lineFeed else {
                index += 1
                continue
            }
            let line = index - Int(lineStart)
            guard line > 0, input[index - 1] == Characters.carriageReturn else { throw .lineEnd }
            index += 1
            if line == 1 && lines > 0 { return index }
            try finishLine(length: line, next: UInt32(index), limits: limits)
        }
        scanned = UInt32(index)
        if lines == 0 && index - Int(lineStart) > Int(limits.maxStartLine) { throw .targetTooLong }
        if index - Int(start) >= Int(limits.maxHead) { throw .headTooLarge }
        return nil
    }

    private mutating func finishLine(length: Int, next: UInt32, limits: HTTPLimits) throws(HTTPFailure) {
        lineStart = next
        if length == 1 {
            // Lenient towards an empty line in front (RFC 9112 section 2.2), but not without end.
            start = next
            if Int(next) > HTTPLimits.maxBlankLines * 2 { throw .emptyLines }
            return
        }
        if lines == 0 && length > Int(limits.maxStartLine) { throw .targetTooLong }
        lines += 1
        if lines > limits.maxFields + 1 { throw .tooManyFields }
    }
}
