/// Tells the header of version 1 or 2 from its first bytes and reads it when it is complete. Knows no sockets and no times.
internal import Bytes

package enum ProxyHeaderDecoder {
    package enum Step: Equatable {
        case needMore
        case header(ProxyHeader, used: Int)
    }

    /// Bytes behind the 16 fixed ones of version 2. Senders add names, a certificate's subject and cloud data; none that is
    /// known comes near 4 KiB.
    package static let maxLength = 4_096
    /// Of version 1, with the line end (section 2.1).
    private static let maxLine = 107
    private static let lineStart: StaticString = "PROXY "
    /// Section 2.2.
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    static let fixedSize = 16

    /// - Parameter input: all bytes that came; those behind the header are not touched.
    package static func next(_ input: Span<UInt8>) throws(ProxyFailure) -> Step {
        guard input.count > 0 else { return .needMore }
        return input[0] == signature[0] ? try binary(input) : try line(input)
    }

    private static func line(_ input: Span<UInt8>) throws(ProxyFailure) -> Step {
        let start = lineStart.utf8Start
        for index in 0..<min(input.count, lineStart.utf8CodeUnitCount) where input[index] != start[index] {
            throw .signature
        }
        let room = input.extracting(..<min(input.count, maxLine))
        guard let end = ASCII.firstIndex(of: 0x0A, in: room) else {
            if room.count == maxLine { throw .lineTooLong }
            return .needMore
        }
        guard end >= lineStart.utf8CodeUnitCount, input[end - 1] == 0x0D else { throw .line }
        let fields = room.extracting(lineStart.utf8CodeUnitCount..<max(end - 1, lineStart.utf8CodeUnitCount))
        return .header(try ProxyLine.read(fields), used: end + 1)
    }

    private static func binary(_ input: Span<UInt8>) throws(ProxyFailure) -> Step {
        for index in 0..<min(input.count, signature.count) where input[index] != signature[index] { throw .signature }
        guard input.count >= fixedSize else {
            if input.count > signature.count { try checkCommand(input[signature.count]) }
            return .needMore
        }
        try checkCommand(input[12])
        guard input[13] >> 4 <= 3, input[13] & 0x0F <= 2 else { throw .unknownValue }
        let length = Int(input[14]) << 8 | Int(input[15])
        guard length <= maxLength else { throw .tooLong }
        guard input.count >= fixedSize + length else { return .needMore }
        return .header(try BinaryHeader.read(input.extracting(..<(fixedSize + length))), used: fixedSize + length)
    }

    /// Version 2, command LOCAL or PROXY.
    private static func checkCommand(_ byte: UInt8) throws(ProxyFailure) {
        guard byte == 0x20 || byte == 0x21 else { throw .unknownValue }
    }
}
