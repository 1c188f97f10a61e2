/// The id of a measured message: whose it is, when it should have left and how late it left. It travels with the message,
/// so that nothing has to be remembered per message. Knows text; knows no clock.
package struct MessageID: Equatable, Sendable {
    /// Tells this run's messages from those of others, such as ones kept for an absent user.
    package var tag: UInt16
    /// Index of the sending session.
    package var sender: UInt32
    /// When the message should have left, on the monotonic clock.
    package var intended: Nanoseconds
    /// How much later it was written, in nanoseconds; stops at 4.29 s.
    package var lag: UInt32

    package init(tag: UInt16, sender: UInt32, intended: Nanoseconds, lag: UInt32) {
        self.tag = tag
        self.sender = sender
        self.intended = intended
        self.lag = lag
    }

    /// Bytes of the text: `x` and 36 hexadecimal digits.
    package static let size = 37

    /// Writes the text into the first `size` bytes.
    package func write(to target: UnsafeMutableBufferPointer<UInt8>) {
        precondition(target.count >= Self.size, "no room for an id")
        target[0] = UInt8(ascii: "x")
        Self.write(UInt64(tag), digits: 4, to: target, at: 1)
        Self.write(UInt64(sender), digits: 8, to: target, at: 5)
        Self.write(intended, digits: 16, to: target, at: 13)
        Self.write(UInt64(lag), digits: 8, to: target, at: 29)
    }

    /// Nil when the text is no such id.
    package init?(_ text: Span<UInt8>) {
        guard text.count == Self.size, text[0] == UInt8(ascii: "x"), let tag = Self.read(text, 1..<5),
            let sender = Self.read(text, 5..<13), let intended = Self.read(text, 13..<29),
            let lag = Self.read(text, 29..<37)
        else { return nil }
        self.tag = UInt16(truncatingIfNeeded: tag)
        self.sender = UInt32(truncatingIfNeeded: sender)
        self.intended = intended
        self.lag = UInt32(truncatingIfNeeded: lag)
    }

    private static func write(
        _ value: UInt64, digits: Int, to target: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        var rest = value
        var index = start + digits - 1
        while index >= start {
            let digit = UInt8(truncatingIfNeeded: rest & 0xF)
            target[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
            rest >>= 4
            index -= 1
        }
    }

    private static func read(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for index in range {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
