import Bytes
import HTTPWire
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
    /// Time for the client to end the connection after our Close.
    private static let linger: UInt64 = 30_000

    private var state = State.head
    private var requests = RequestDecoder()
    private var decoder = FrameDecoder(role: .server, limits: EchoConnection.limits, acceptsBinary: true)
    /// The message under way, as far as it did not come in one piece.
    private var message = ByteBuffer()
    /// There when compression was agreed on.
    private var inflater: MessageInflater?
    private var deflater: MessageDeflater?

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
        var head = RequestHead()
        do {
            guard case .head(let used) = try requests.next(input, head: &head) else { return 0 }
            accept(head)
            return used
        } catch {
            refuse(status: Int(error.status.rawValue))
            return 0
        }
    }

    private func accept(_ head: RequestHead) {
        var request = UpgradeRequest(
            isGET: head.method == .get, minorVersion: head.minorVersion, hasHost: head.count(of: "host") > 0,
            hasBody: head.hasBody)
        head.forEachField { request.add(name: $0, value: $1) }
        do {
            let answer = try request.accept(subprotocol: nil, compresses: true)
            answer.append(to: &outbound, pool: loop.pool)
            if let deflate = answer.deflate { compress(deflate) }
            state = .messages
        } catch {
            refuse(status: error.status)
        }
    }

    private func compress(_ agreement: DeflateAgreement) {
        inflater = MessageInflater(forgets: agreement.clientForgets)
        deflater = MessageDeflater(
            forgets: agreement.serverForgets, windowBits: agreement.serverWindowBits ?? 15)
        decoder = FrameDecoder(role: .server, limits: Self.limits, acceptsBinary: true, acceptsCompressed: true)
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
            fail(error)
        }
        return offset
    }

    /// Bytes used by the step, nil when it needs more.
    private func answer(_ step: FrameDecoder.Step, _ input: Span<UInt8>) -> Int? {
        switch step {
        case .needMore:
            return nil
        case .data(let chunk, let used):
            do { try echo(chunk, input.extracting(chunk.payload)) } catch { fail(error) }
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

    private func echo(_ chunk: FrameDecoder.Chunk, _ payload: Span<UInt8>) throws(FrameFailure) {
        let opcode = chunk.isText ? Opcode.text : .binary
        if chunk.isStart && chunk.isEnd && !chunk.isCompressed {
            FrameEncoder.append(opcode, payload: payload, to: &outbound, pool: loop.pool)
            return
        }
        message.append(payload, pool: loop.pool)
        guard chunk.isEnd else { return }
        if chunk.isCompressed { return try echoCompressed(chunk) }
        FrameEncoder.appendHeader(opcode, payloadSize: message.count, to: &outbound, pool: loop.pool)
        message.withSpan { outbound.append($0, pool: loop.pool) }
        message.release(to: loop.pool)
    }

    /// What came compressed goes back compressed, anew.
    private func echoCompressed(_ chunk: FrameDecoder.Chunk) throws(FrameFailure) {
        var plain = ByteBuffer()
        defer {
            plain.release(to: loop.pool)
            message.release(to: loop.pool)
        }
        guard let inflater, let deflater else { return }
        try message.withSpan { bytes throws(FrameFailure) in
            try inflater.inflate(bytes, isText: chunk.isText, limits: Self.limits, to: &plain, pool: loop.pool)
        }
        plain.withSpan { bytes in
            deflater.withDeflated(bytes, pool: loop.pool) {
                FrameEncoder.append(
                    chunk.isText ? .text : .binary, payload: $0, isCompressed: true, to: &outbound, pool: loop.pool)
            }
        }
    }

    private func fail(_ failure: FrameFailure) {
        FrameEncoder.appendClose(failure.closeCode, reason: failure.reason, to: &outbound, pool: loop.pool)
        end()
    }

    private func end() {
        state = .closed
        closeLingering(for: Self.linger)
    }
}
