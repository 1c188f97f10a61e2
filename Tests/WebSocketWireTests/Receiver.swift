import WebSocketWire

/// The owner of a decoder, as a test needs it: keeps leftovers, puts messages together and lists what came.
struct Receiver {
    enum Event: Equatable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(CloseCode?, String)
        case failed(FrameFailure)
    }

    private(set) var events: [Event] = []
    /// Payload of the message under way, as far as it was handed out.
    private(set) var message: [UInt8] = []
    private(set) var leftover: [UInt8] = []
    /// Leftovers may not pass this size; nil when they stayed below.
    private(set) var largestLeftover = 0
    private var decoder: FrameDecoder

    init(_ decoder: FrameDecoder = FrameDecoder(role: .server)) { self.decoder = decoder }

    /// All events of a run of bytes that arrives in pieces.
    static func events(
        _ pieces: [ArraySlice<UInt8>], _ decoder: FrameDecoder = FrameDecoder(role: .server)
    ) -> [Event] {
        var receiver = Receiver(decoder)
        for piece in pieces { receiver.receive(Array(piece)) }
        return receiver.events
    }

    static func events(_ bytes: [UInt8], _ decoder: FrameDecoder = FrameDecoder(role: .server)) -> [Event] {
        events([bytes[...]], decoder)
    }

    mutating func receive(_ bytes: [UInt8]) {
        var input = leftover + bytes
        var offset = 0
        var isDone = false
        while !isDone {
            var span = input.mutableSpan
            do {
                let step = try decoder.next(&span, from: offset)
                let used = take(step, input)
                offset += used
                isDone = used == 0
            } catch {
                events.append(.failed(error))
                isDone = true
            }
        }
        leftover = Array(input[offset...])
        largestLeftover = max(largestLeftover, leftover.count)
    }

    /// Notes the event and returns the bytes used, 0 when there is no event.
    private mutating func take(_ step: FrameDecoder.Step, _ input: [UInt8]) -> Int {
        switch step {
        case .needMore: return 0
        case .data(let chunk, let used):
            if chunk.isStart { message = [] }
            message += input[chunk.payload]
            if chunk.isEnd {
                events.append(chunk.isText ? .text(String(decoding: message, as: UTF8.self)) : .binary(message))
            }
            return used
        case .ping(let payload, let used):
            events.append(.ping(Array(input[payload])))
            return used
        case .pong(let payload, let used):
            events.append(.pong(Array(input[payload])))
            return used
        case .close(let close, let used):
            events.append(.close(close.code, String(decoding: input[close.reason], as: UTF8.self)))
            return used
        }
    }
}

/// Frames built by hand, so that the encoders are not tested against themselves.
enum RawFrame {
    static let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    /// - Parameter first: FIN, reserved bits and opcode.
    static func masked(_ first: UInt8, _ payload: [UInt8] = [], key: [UInt8] = key) -> [UInt8] {
        var bytes = head(first, payload.count, mask: 0x80) + key
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ key[index % 4]) }
        return bytes
    }

    static func masked(_ first: UInt8, _ text: String) -> [UInt8] { masked(first, Array(text.utf8)) }

    static func plain(_ first: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
        head(first, payload.count, mask: 0) + payload
    }

    static func head(_ first: UInt8, _ size: Int, mask: UInt8) -> [UInt8] {
        if size < 126 { return [first, mask | UInt8(size)] }
        if size < 65_536 { return [first, mask | 126, UInt8(size >> 8), UInt8(size & 0xFF)] }
        return [first, mask | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) }
    }
}
