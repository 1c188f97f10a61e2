/// Cuts the body of one message out of its bytes: by length, chunked (RFC 9112 section 7.1), or to the end of the
/// connection. Knows framing and its limits; keeps no bytes.
struct BodyDecoder: Sendable {
    enum Step: Equatable {
        case needMore
        /// Decoded bytes as a place in the input, perhaps none when only framing was used.
        case data(Range<Int>, used: Int)
        case end(used: Int)
    }

    private enum State: UInt8 {
        case done, sized, untilClose, chunkSize, chunkData, chunkEnd, trailers
    }

    private var state = State.done
    /// Bytes of a sized body or of a chunk still to come.
    private var remaining = 0
    /// Decoded bytes that may still come.
    private var allowance = 0
    /// How far an unfinished line was looked at.
    private var scanned: UInt32 = 0
    private var extensions: UInt32 = 0
    private var trailers: UInt32 = 0

    static let none = BodyDecoder()

    static func sized(_ length: Int, limit: Int) throws(HTTPFailure) -> BodyDecoder {
        guard length <= limit else { throw .bodyTooLarge }
        var decoder = BodyDecoder()
        decoder.state = length > 0 ? .sized : .done
        decoder.remaining = length
        return decoder
    }

    static func chunked(limit: Int) -> BodyDecoder {
        var decoder = BodyDecoder()
        decoder.state = .chunkSize
        decoder.allowance = limit
        return decoder
    }

    static func untilClose(limit: Int) -> BodyDecoder {
        var decoder = BodyDecoder()
        decoder.state = .untilClose
        decoder.allowance = limit
        return decoder
    }

    /// Whether the end of the connection is the end of this body.
    var endsWithConnection: Bool { state == .untilClose }

    /// Takes the next bytes of the body.
    mutating func next(_ input: Span<UInt8>) throws(HTTPFailure) -> Step {
        var used = 0
        while true {
            switch state {
            case .done:
                return .end(used: used)
            case .sized, .chunkData:
                guard used < input.count else { return progress(used) }
                let data = used..<used + min(remaining, input.count - used)
                remaining -= data.count
                if remaining == 0 { state = state == .sized ? .done : .chunkEnd }
                return .data(data, used: data.upperBound)
            case .untilClose:
                guard input.count <= allowance else { throw .bodyTooLarge }
                allowance -= input.count
                return input.count > 0 ? .data(0..<input.count, used: input.count) : .needMore
            case .chunkSize, .chunkEnd, .trailers:
                guard let line = try line(input, from: used) else { return progress(used) }
                try take(input.extracting(used..<line.lowerBound))
                used = line.upperBound
            }
        }
    }

    private func progress(_ used: Int) -> Step {
        used > 0 ? .data(used..<used, used: used) : .needMore
    }

    /// Where the line's CR LF lies, or nil when the line is not there as a whole.
    private mutating func line(_ input: Span<UInt8>, from start: Int) throws(HTTPFailure) -> Range<Int>? {
        var index = start + Int(scanned)
        while index < input.count {
            if input[index] == Characters.lineFeed {
                guard index > start, input[index - 1] == Characters.carriageReturn else { throw .chunk }
                scanned = 0
                return index - 1..<index + 1
            }
            index += 1
            try checkLine(length: index - start)
        }
        scanned = UInt32(index - start)
        return nil
    }

    private func checkLine(length: Int) throws(HTTPFailure) {
        switch state {
        // Only the CR of CR LF may come before the LF.
        case .chunkEnd: if length > 1 { throw .chunk }
        case .trailers: if length + Int(trailers) > HTTPLimits.maxTrailers { throw .trailersTooLarge }
        default: if length > HTTPLimits.maxChunkLine { throw .chunk }
        }
    }

    /// Acts on one line, given without its end.
    private mutating func take(_ line: Span<UInt8>) throws(HTTPFailure) {
        switch state {
        case .chunkEnd:
            guard line.count == 0 else { throw .chunk }
            state = .chunkSize
        case .trailers:
            trailers += UInt32(line.count) + 2
            if line.count == 0 { state = .done }
        default:
            try takeSize(line)
        }
    }

    private mutating func takeSize(_ line: Span<UInt8>) throws(HTTPFailure) {
        var size = 0
        var index = 0
        while index < line.count, let digit = Self.hexDigit(line[index]) {
            // 15 digits cannot overflow 63 bits; leading zeros beyond that serve nobody.
            guard index < 15 else { throw .chunk }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0 else { throw .chunk }
        try checkExtensions(line, from: index)
        if size == 0 {
            state = .trailers
            return
        }
        guard size <= allowance else { throw .bodyTooLarge }
        allowance -= size
        remaining = size
        state = .chunkData
    }

    private mutating func checkExtensions(_ line: Span<UInt8>, from start: Int) throws(HTTPFailure) {
        guard start < line.count else { return }
        guard line[start] == Characters.semicolon else { throw .chunk }
        for index in start..<line.count where !Characters.isValue(line[index]) { throw .chunk }
        extensions += UInt32(line.count - start)
        if extensions > HTTPLimits.maxExtensions { throw .chunk }
    }

    private static func hexDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
