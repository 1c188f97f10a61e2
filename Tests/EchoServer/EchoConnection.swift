import Bytes
import Reactor
import WebSocketWire

/// One connection of the echo server: handshake, then every message comes back as it went in. Knows no XMPP; its limits
/// are far above the product's, because conformance suites send messages of 16 MB and of a hundred thousand fragments.
final class EchoConnection: StreamSocket {
    private enum State {
        case head
        case messages
        case closed
    }

    private static let limits = FrameLimits(maxMessage: 64 << 20, maxFragments: 1 << 20)
    /// Output beyond which the client has to read before it is read.
    private static let highMark = 4 << 20
    private static let maxHead = 16_384
    /// Time for the client to end the connection after our Close.
    private static let linger: UInt64 = 1_000

    private var state = State.head
    private var decoder = FrameDecoder(role: .server, limits: EchoConnection.limits, acceptsBinary: true)
    /// The message under way, as far as it did not come in one piece.
    private var message = ByteBuffer()

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        var used = 0
        if state == .head {
            used = readHead(input.span)
        }
        if state == .messages {
            used = readFrames(&input, from: used)
        }
        touchOutput()
        if outbound.count > Self.highMark {
            pauseReading()
            tellWhenDrained()
        }
        return state == .closed ? input.count : used
    }

    override func drained() { resumeReading() }

    override func closed() { message.release(to: loop.pool) }

    // MARK: Handshake

    /// Bytes of the request head, 0 until it is complete.
    private func readHead(_ input: Span<UInt8>) -> Int {
        let head = RequestHead(input)
        guard let size = head.size else {
            if input.count > Self.maxHead { refuse(status: 431) }
            return 0
        }
        do {
            try head.upgrade.accept(subprotocol: nil).append(to: &outbound, pool: loop.pool)
            state = .messages
        } catch {
            refuse(status: error.status)
        }
        return size
    }

    private func refuse(status: Int) {
        outbound.append(Array("HTTP/1.1 \(status) Refused\r\nContent-Length: 0\r\n\r\n".utf8), pool: loop.pool)
        end()
    }

    // MARK: Frames

    private func readFrames(_ input: inout MutableSpan<UInt8>, from start: Int) -> Int {
        var offset = start
        do {
            while state == .messages {
                let step = try decoder.next(&input, from: offset)
                guard let used = answer(step, input.span) else { return offset }
                offset += used
            }
        } catch {
            FrameEncoder.appendClose(error.closeCode, reason: error.reason, to: &outbound, pool: loop.pool)
            end()
        }
        return offset
    }

    /// Bytes used by the step, nil when it needs more.
    private func answer(_ step: FrameDecoder.Step, _ input: Span<UInt8>) -> Int? {
        switch step {
        case .needMore:
            return nil
        case .data(let chunk, let used):
            echo(chunk, input.extracting(chunk.payload))
            return used
        case .ping(let payload, let used):
            FrameEncoder.append(.pong, payload: input.extracting(payload), to: &outbound, pool: loop.pool)
            return used
        case .pong(_, let used):
            return used
        case .close(let close, let used):
            FrameEncoder.appendClose(close.code ?? .noStatus, to: &outbound, pool: loop.pool)
            end()
            return used
        }
    }

    private func echo(_ chunk: FrameDecoder.Chunk, _ payload: Span<UInt8>) {
        let opcode = chunk.isText ? Opcode.text : .binary
        if chunk.isStart && chunk.isEnd {
            FrameEncoder.append(opcode, payload: payload, to: &outbound, pool: loop.pool)
            return
        }
        message.append(payload, pool: loop.pool)
        guard chunk.isEnd else { return }
        FrameEncoder.appendHeader(opcode, payloadSize: message.count, to: &outbound, pool: loop.pool)
        message.withSpan { outbound.append($0, pool: loop.pool) }
        message.release(to: loop.pool)
    }

    private func end() {
        state = .closed
        closeLingering(for: Self.linger)
    }
}
