/// What a peer can do wrong in its frames. Each case has one close code and one short reason for the Close frame.
package enum FrameFailure: UInt8, Error, Equatable, CaseIterable, Sendable {
    case unmasked
    case masked
    case reservedBits
    case reservedOpcode
    case fragmentedControl
    case oversizedControl
    case lengthNotMinimal
    case lengthTopBit
    case unexpectedContinuation
    case unfinishedMessage
    case closeLength
    case closeCode
    case binary
    case invalidUTF8
    case messageTooBig
    case tooManyFragments
    case invalidCompression

    package var closeCode: CloseCode {
        switch self {
        case .unmasked, .masked, .reservedBits, .reservedOpcode, .fragmentedControl, .oversizedControl,
            .lengthNotMinimal, .lengthTopBit, .unexpectedContinuation, .unfinishedMessage, .closeLength, .closeCode:
            .protocolError
        case .binary: .unsupportedData
        case .invalidUTF8, .invalidCompression: .invalidPayload
        case .messageTooBig, .tooManyFragments: .messageTooBig
        }
    }

    package var reason: StaticString {
        switch self {
        case .unmasked: "frame is not masked"
        case .masked: "frame is masked"
        case .reservedBits: "reserved bit set"
        case .reservedOpcode: "reserved opcode"
        case .fragmentedControl: "fragmented control frame"
        case .oversizedControl: "control frame over 125 bytes"
        case .lengthNotMinimal: "length not in its shortest form"
        case .lengthTopBit: "top bit of the length set"
        case .unexpectedContinuation: "continuation without a message"
        case .unfinishedMessage: "new message inside a message"
        case .closeLength: "close body of one byte"
        case .closeCode: "close code not allowed"
        case .binary: "binary message"
        case .invalidUTF8: "text is not UTF-8"
        case .messageTooBig: "message too big"
        case .tooManyFragments: "too many fragments"
        case .invalidCompression: "compressed data is damaged"
        }
    }
}
