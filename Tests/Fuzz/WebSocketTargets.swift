/// Fuzz entries for WebSocketWire: frames of either side, handshakes, compressed messages.
import Bytes
import WebSocketWire

/// Frames in three kinds of decoder: the same events however the bytes are cut, and nothing changed by `needMore`.
enum WebSocketFramesTarget: FuzzTarget {
    static let name = "websocket-frames"
    private static let maxMessage: UInt32 = 140
    static let dictionary = [
        "\u{01}", "\u{02}", "\0", "\u{0A}", "\u{7E}", "\u{7F}", "\u{03}", "日本語", "\0\0\0\0", "\u{7E}\u{01}\0",
        "\u{7F}\0\0\0\0\0\u{01}\0\0",
    ]
    static let seeds: [[UInt8]] =
        written { output, pool in
            let text = Array("<message>Grüße 😀</message>".utf8)
            let long = [UInt8](repeating: 0x61, count: Int(maxMessage))
            for (opcode, payload, isFinal) in [
                (.text, text, true), (.text, Array(text.prefix(12)), false), (.ping, [1, 2], true),
                (.continuation, Array(text.dropFirst(12)), true), (.text, long, true),
                (.text, Array(long.dropLast(20)), false), (.continuation, Array(long.suffix(20)), true),
                (.binary, [0xFF], true),
                (.pong, [], true), (.close, [0x03, 0xE8, 0xC3, 0xA9], true),
            ] as [(Opcode, [UInt8], Bool)] {
                ClientFrameEncoder.append(
                    opcode, payload: payload.span, key: 0x1234_5678, isFinal: isFinal, to: &output, pool: pool)
            }
        }
        + written { output, pool in
            FrameEncoder.append(.text, payload: Array("<a/>".utf8).span, to: &output, pool: pool)
            FrameEncoder.append(.text, payload: [0xF2, 0x00].span, isCompressed: true, to: &output, pool: pool)
            FrameEncoder.appendClose(.goingAway, reason: "bye", to: &output, pool: pool)
        }

    private static func written(_ write: (inout ByteBuffer, BufferPool) -> Void) -> [[UInt8]] {
        let pool = BufferPool()
        var output = ByteBuffer()
        write(&output, pool)
        return [output.withSpan { [UInt8](copying: $0) }]
    }

    static func run(_ bytes: [UInt8]) {
        let limits = FrameLimits(maxMessage: maxMessage, maxFragments: 4)
        for decoder in [
            FrameDecoder(role: .server, limits: limits),
            FrameDecoder(role: .server, limits: limits, acceptsBinary: true, acceptsCompressed: true),
            FrameDecoder(role: .client, limits: limits, acceptsCompressed: true),
        ] {
            let whole = events(bytes, decoder, piece: max(1, bytes.count))
            precondition(events(bytes, decoder, piece: 1) == whole, "not the same byte by byte")
            precondition(events(bytes, decoder, piece: 7) == whole, "not the same in pieces")
        }
    }

    /// What an owner would see, as text: messages as a whole, control frames, and the failure.
    private static func events(_ bytes: [UInt8], _ start: FrameDecoder, piece: Int) -> [String] {
        var decoder = start
        var result: [String] = []
        var message: [UInt8] = []
        var input: [UInt8] = []
        for begin in stride(from: 0, to: bytes.count, by: piece) {
            input += bytes[begin..<min(begin + piece, bytes.count)]
            var offset = 0
            do throws(FrameFailure) {
                while let used = try step(&decoder, &input, offset, &message, &result) { offset += used }
            } catch {
                return result + ["\(error)"]
            }
            input.removeFirst(offset)
            let isClosed = result.last?.hasPrefix("close") ?? false
            precondition(isClosed || input.count <= FrameDecoder.maxLeftover, "more is left over than promised")
        }
        return result
    }

    private static func step(
        _ decoder: inout FrameDecoder, _ input: inout [UInt8], _ offset: Int, _ message: inout [UInt8],
        _ result: inout [String]
    ) throws(FrameFailure) -> Int? {
        let before = input
        var span = input.mutableSpan
        switch try decoder.next(&span, from: offset) {
        case .needMore:
            precondition(input == before, "changed without a step")
            return nil
        case .data(let chunk, let used):
            if chunk.isStart { message = [] }
            message += input[chunk.payload]
            precondition(message.count <= Int(maxMessage), "over the limit")
            if chunk.isEnd {
                let isValid = String(validating: message, as: UTF8.self) != nil
                precondition(isValid || !chunk.isText || chunk.isCompressed, "text that is not UTF-8")
                result.append("message \(chunk.isText) \(chunk.isCompressed) \(message)")
            }
            return used
        case .ping(let payload, let used):
            result.append("ping \(input[payload])")
            return used
        case .pong(let payload, let used):
            result.append("pong \(input[payload])")
            return used
        case .close(let close, let used):
            result.append("close \(String(describing: close.code)) \(input[close.reason])")
            return used
        }
    }
}

/// Header fields of handshakes, one a line: no trap in either role, and an answer only to a proper key.
enum WebSocketHandshakeTarget: FuzzTarget {
    static let name = "websocket-handshake"
    static let dictionary = [
        "websocket", "Upgrade", ",", ";", "=", "\"", "\\", " ", "\t", "xmpp", "13", "permessage-deflate",
        "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits=10",
        "client_max_window_bits", "Sec-WebSocket-Extensions: ", "Sec-WebSocket-Protocol: ", "Sec-WebSocket-Accept: ",
    ]
    static let seeds = [
        """
        Upgrade: websocket
        Connection: keep-alive, Upgrade
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Protocol: foo, xmpp
        Sec-WebSocket-Extensions: x; a="b\\c", permessage-deflate; server_max_window_bits=10; client_max_window_bits
        """,
        """
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
        Sec-WebSocket-Protocol: xmpp
        Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_max_window_bits=12
        """,
    ].map { Array($0.utf8) }

    static func run(_ bytes: [UInt8]) {
        var request = UpgradeRequest(isGET: true, minorVersion: 1, hasHost: true, hasBody: false)
        var handshake = ClientHandshake(nonce: Array("the sample nonce".utf8), subprotocol: "xmpp", compresses: true)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1).map(Array.init)
            guard parts.count == 2 else { continue }
            let name = parts[0]
            let value = Array(parts[1].drop { $0 == UInt8(ascii: " ") })
            request.add(name: name.span, value: value.span)
            handshake.add(name: name.span, value: value.span)
        }
        for window in [nil, 9, 11] {
            guard let answer = try? request.accept(subprotocol: "xmpp", compresses: true, window: window) else {
                continue
            }
            let pool = BufferPool()
            var output = ByteBuffer()
            answer.append(to: &output, pool: pool)
            let deflate = answer.deflate
            let bits = deflate?.serverWindowBits ?? 15
            precondition(answer.acceptKey.count == 28 && (9...15).contains(bits), "an answer that cannot be kept")
            let keeps = deflate.map { !$0.clientForgets || !$0.serverForgets } ?? false
            precondition(window != nil || !keeps, "a window that nobody paid for")
            precondition(
                deflate?.clientWindowBits.map { (9...(window ?? 15)).contains($0) } ?? true, "too large a window")
        }
        _ = try? handshake.check(status: 101)
    }
}

/// Compressed messages of a peer: never more than the limit, the same twice, and what we compress comes back.
enum WebSocketDeflateTarget: FuzzTarget {
    static let name = "websocket-deflate"
    static let dictionary = ["\0\0", "\u{01}", "\u{03}", "Hello", "\u{05}\0"]
    static let seeds: [[UInt8]] = [
        [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
        [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
        [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
    ]

    static func run(_ bytes: [UInt8]) {
        guard let inflater = MessageInflater(forgets: true), let deflater = MessageDeflater(forgets: true) else {
            preconditionFailure("no memory for zlib")
        }
        let pool = BufferPool()
        checkCompression(
            of: bytes, pool: pool,
            inflate: {
                try inflater.inflate($0, isText: false, limits: FrameLimits(maxMessage: $1), to: &$2, pool: pool)
            },
            deflate: { deflater.withDeflated($0, pool: pool) { [UInt8](copying: $0) } })
    }
}
