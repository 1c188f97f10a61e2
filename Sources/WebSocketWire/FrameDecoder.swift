internal import Bytes

/// Cuts the frames of one peer out of its bytes (RFC 6455 section 5): unmasks in place, checks UTF-8 of text as it
/// arrives and hands on message payload as far as it is there. Knows frames and messages; keeps no bytes, knows no
/// sockets, timers or sessions.
package struct FrameDecoder: Sendable {
    /// The most bytes that `.needMore` leaves with the owner: a control frame less its last byte.
    package static let maxLeftover = 2 + 4 + FrameHeader.maxControl - 1

    /// A piece of a message's payload. Pieces of a message come in order; control frames may come between them.
    package struct Chunk: Equatable, Sendable {
        /// Where the unmasked bytes lie in the input; may be empty.
        package let payload: Range<Int>
        /// The first piece of a message; with `isEnd`, the whole message.
        package let isStart: Bool
        /// The last piece of a message.
        package let isEnd: Bool
        package let isText: Bool
        /// The message's bytes are deflated (RFC 7692); then text is not yet checked to be UTF-8.
        package let isCompressed: Bool
    }

    package struct Close: Equatable, Sendable {
        /// Nil when the Close frame has no body.
        package let code: CloseCode?
        /// UTF-8 text, possibly empty.
        package let reason: Range<Int>
    }

    /// What the next bytes are. `used` counts from the offset given; the next call starts behind it. Ranges are places
    /// in the input.
    package enum Step: Equatable, Sendable {
        /// Nothing was used or changed; call again with the same bytes and more behind them.
        case needMore
        case data(Chunk, used: Int)
        case ping(payload: Range<Int>, used: Int)
        case pong(payload: Range<Int>, used: Int)
        /// The peer's last frame; whatever follows it is not decoded any more.
        case close(Close, used: Int)
    }

    private enum Message: UInt8 {
        case none
        case text
        case binary
    }

    private let role: Role
    private let acceptsBinary: Bool
    private let acceptsCompressed: Bool
    /// May grow between messages, as after a login.
    package var limits: FrameLimits

    private var failure: FrameFailure?
    private var isClosed = false
    /// The message whose frames are under way, and what its first frame said.
    private var message = Message.none
    private var isCompressed = false
    private var isAtStart = false
    /// Always complete between messages.
    private var text = UTF8Validator()
    private var messageSize: UInt32 = 0
    private var fragments: UInt32 = 0
    /// The data frame whose payload is under way.
    private var remaining: UInt32 = 0
    private var isFinal = false
    private var masking = Masking(key: 0)

    package init(
        role: Role, limits: FrameLimits = FrameLimits(), acceptsBinary: Bool = false, acceptsCompressed: Bool = false
    ) {
        self.role = role
        self.limits = limits
        self.acceptsBinary = acceptsBinary
        self.acceptsCompressed = acceptsCompressed
    }

    /// Takes the bytes of `input` from `offset` on. After a failure every further call fails the same way (RFC 6455
    /// section 7.1.7).
    package mutating func next(_ input: inout MutableSpan<UInt8>, from offset: Int) throws(FrameFailure) -> Step {
        if let failure { throw failure }
        if isClosed { return .needMore }
        if let whole = wholeText(&input, at: offset) { return whole }
        do {
            if remaining > 0 {
                guard offset < input.count else { return .needMore }
                return try takePayload(&input, at: offset, header: 0)
            }
            guard let header = try FrameHeader(input, at: offset, role: role) else { return .needMore }
            if header.opcode.isControl { return try control(header, &input, at: offset) }
            try check(header)
            // A header is not worth a step of its own, unless no payload will follow it.
            guard input.count - offset > header.size - (header.payload == 0 ? 1 : 0) else { return .needMore }
            begin(header)
            if header.isMasked { masking = Masking(key: Self.key(input, at: offset + header.size - 4)) }
            return try takePayload(&input, at: offset + header.size, header: header.size)
        } catch {
            failure = error
            throw error
        }
    }

    /// The usual case, without the detours of the others: a text message of less than 64 KiB in one masked frame that
    /// has come whole and is ASCII or at least UTF-8. Nil, with nothing changed, for everything else.
    private func wholeText(_ input: inout MutableSpan<UInt8>, at offset: Int) -> Step? {
        guard message == .none, remaining == 0, role == .server else { return nil }
        let limit = Int(limits.maxMessage)
        return input.withUnsafeMutableBytes { Self.wholeText($0, at: offset, limit: limit) }
    }

    private static func wholeText(_ input: UnsafeMutableRawBufferPointer, at offset: Int, limit: Int) -> Step? {
        guard let base = input.bindMemory(to: UInt8.self).baseAddress, input.count &- offset >= 8,
            base[offset] == 0x81
        else { return nil }
        var size = Int(base[offset &+ 1]) &- 0x80
        var start = offset &+ 6
        if size == 126 {
            size = Int(base[offset &+ 2]) << 8 | Int(base[offset &+ 3])
            start &+= 2
            // A length that fits the short form is a fault (RFC 6455 section 5.2).
            if size < 126 { return nil }
        }
        guard size >= 0, size != 127, size <= limit, input.count &- start >= size else { return nil }
        let key = UInt32(littleEndian: input.loadUnaligned(fromByteOffset: start &- 4, as: UInt32.self))
        let payload = UnsafeMutableRawBufferPointer(start: base + start, count: size)
        var masking = Masking(key: key)
        if !masking.apply(to: payload) {
            var text = UTF8Validator()
            let bytes = UnsafeRawBufferPointer(payload).bindMemory(to: UInt8.self)
            guard text.check(bytes.span), text.isComplete else {
                // Masked again, for the way that reports it.
                var again = Masking(key: key)
                _ = again.apply(to: payload)
                return nil
            }
        }
        let chunk = Chunk(
            payload: start..<start &+ size, isStart: true, isEnd: true, isText: true, isCompressed: false)
        return .data(chunk, used: start &+ size &- offset)
    }

    // MARK: Data frames

    /// The rules for a data frame that look at the message it belongs to. Changes nothing: a header that has not
    /// arrived in full is looked at again.
    private func check(_ header: FrameHeader) throws(FrameFailure) {
        var before: UInt32 = 0
        if header.opcode == .continuation {
            if message == .none { throw .unexpectedContinuation }
            if header.isCompressed { throw .reservedBits }
            if fragments >= limits.maxFragments { throw .tooManyFragments }
            before = messageSize
        } else {
            if message != .none { throw .unfinishedMessage }
            if header.isCompressed && !acceptsCompressed { throw .reservedBits }
            if header.opcode == .binary && !acceptsBinary { throw .binary }
        }
        if header.payload > Int(limits.maxMessage) - Int(before) { throw .messageTooBig }
    }

    /// Turns to a frame that has passed the check.
    private mutating func begin(_ header: FrameHeader) {
        if header.opcode != .continuation {
            message = header.opcode == .text ? .text : .binary
            isCompressed = header.isCompressed
            isAtStart = true
            messageSize = 0
            fragments = 0
        }
        fragments += 1
        isFinal = header.isFinal
        remaining = UInt32(header.payload)
        messageSize += remaining
    }

    /// - Parameter header: bytes of a frame header used in the same step.
    private mutating func takePayload(
        _ input: inout MutableSpan<UInt8>, at start: Int, header: Int
    ) throws(FrameFailure) -> Step {
        let size = min(Int(remaining), input.count - start)
        let payload = start..<start + size
        remaining -= UInt32(size)
        let isEnd = isFinal && remaining == 0
        let isASCII = unmask(&input, payload)
        if message == .text && !isCompressed {
            if !(isASCII && text.isComplete), !text.check(input.span.extracting(payload)) { throw .invalidUTF8 }
            if isEnd && !text.isComplete { throw .invalidUTF8 }
        }
        let chunk = Chunk(
            payload: payload, isStart: isAtStart, isEnd: isEnd, isText: message == .text, isCompressed: isCompressed)
        isAtStart = false
        if isEnd { message = .none }
        return .data(chunk, used: header + size)
    }

    /// Whether the unmasked bytes are known to be ASCII.
    private mutating func unmask(_ input: inout MutableSpan<UInt8>, _ payload: Range<Int>) -> Bool {
        guard role == .server else { return false }
        return masking.apply(to: &input, payload)
    }

    private static func key(_ input: borrowing MutableSpan<UInt8>, at start: Int) -> UInt32 {
        UInt32(input[start]) | UInt32(input[start + 1]) << 8 | UInt32(input[start + 2]) << 16
            | UInt32(input[start + 3]) << 24
    }

    // MARK: Control frames

    /// Waits until the frame is there as a whole, so that it is unmasked once.
    private mutating func control(
        _ header: FrameHeader, _ input: inout MutableSpan<UInt8>, at offset: Int
    ) throws(FrameFailure) -> Step {
        if header.isCompressed { throw .reservedBits }
        let used = header.size + header.payload
        guard input.count - offset >= used else { return .needMore }
        let payload = offset + header.size..<offset + used
        if header.isMasked {
            var key = Masking(key: Self.key(input, at: payload.lowerBound - 4))
            _ = key.apply(to: &input, payload)
        }
        switch header.opcode {
        case .ping: return .ping(payload: payload, used: used)
        case .pong: return .pong(payload: payload, used: used)
        default:
            let close = try Self.close(input.span, payload)
            isClosed = true
            return .close(close, used: used)
        }
    }

    /// The body of a Close frame (RFC 6455 section 5.5.1).
    private static func close(_ input: Span<UInt8>, _ body: Range<Int>) throws(FrameFailure) -> Close {
        if body.isEmpty { return Close(code: nil, reason: body) }
        guard body.count > 1 else { throw .closeLength }
        let code = CloseCode(
            rawValue: UInt16(input[body.lowerBound]) << 8 | UInt16(input[body.lowerBound + 1]))
        guard code.isAllowedOnWire else { throw .closeCode }
        let reason = body.lowerBound + 2..<body.upperBound
        var text = UTF8Validator()
        guard text.check(input.extracting(reason)), text.isComplete else { throw .invalidUTF8 }
        return Close(code: code, reason: reason)
    }
}
