internal import Bytes

/// Cuts the frames of one peer out of its bytes (RFC 6455 section 5): unmasks in place, checks UTF-8 of text as it
/// arrives and hands on message payload as far as it is there. Knows frames and messages; keeps no bytes, knows no
/// sockets, timers or sessions.
package struct FrameDecoder: Sendable {
    /// The most bytes that `.needMore` leaves with the owner: a control frame less its last byte.
    package static let maxLeftover = 6 + maxControl - 1
    /// RFC 6455 section 5.5.
    static let maxControl = 125

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
        /// Nothing was used; call again with the same bytes and more behind them.
        case needMore
        case data(Chunk, used: Int)
        case ping(payload: Range<Int>, used: Int)
        case pong(payload: Range<Int>, used: Int)
        /// The peer's last frame: what follows it is no concern of ours.
        case close(Close, used: Int)
    }

    package init(
        role: Role, limits: FrameLimits = FrameLimits(), acceptsBinary: Bool = false, acceptsCompressed: Bool = false
    ) {
    }

    /// Takes the bytes of `input` from `offset` on. After a failure every further call fails the same way (RFC 6455
    /// section 7.1.7).
    package mutating func next(_ input: inout MutableSpan<UInt8>, from offset: Int) throws(FrameFailure) -> Step {
        .needMore
    }
}
