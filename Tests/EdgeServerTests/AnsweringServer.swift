/// A server on loopback that answers the first bytes of each connection with the same bytes, one write per piece, and may
/// close then. Runs on a thread of its own, for tests of what blocks.
import Bytes
import Reactor
import Synchronization

final class AnsweringServer: Sendable {
    let port: UInt16
    private let mailbox: Mailbox<Bool>
    private let thread: Taken<LoopThread>
    private let asked: Asked

    /// What the clients have sent.
    var received: String { asked.bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    init(_ pieces: [String], closes: Bool = false) throws {
        let listening = try ListeningSocket.tcp(try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0])
        port = listening.address.port
        let mailbox = try Mailbox<Bool>()
        let asked = Asked()
        let socket = Taken(listening)
        self.mailbox = mailbox
        self.asked = asked
        thread = Taken(
            try LoopThread(name: "answering") {
                guard let loop = try? EventLoop(), let socket = socket.take() else { return }
                let listener = Listener(loop: loop, socket: socket) { [unowned loop] descriptor, _ in
                    Answer(loop, descriptor, pieces, closes, asked).open()
                }
                try? listener.open()
                try? mailbox.open(in: loop) { [unowned loop] _ in loop.stop() }
                loop.run()
            })
    }

    func stop() {
        mailbox.post(true)
        if let thread = thread.take() { thread.join() }
    }
}

private final class Asked: Sendable {
    let bytes = Mutex<[UInt8]>([])
}

/// Something that cannot be copied and is used once, by whichever thread comes for it.
private final class Taken<Value: ~Copyable & Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming Value) {
        self.value = Mutex(value)
    }

    func take() -> Value? {
        value.withLock { $0.take() }
    }
}

private final class Answer: StreamSocket {
    private var pieces: [String]
    private let closes: Bool
    private var hasBegun = false
    private let asked: Asked

    init(
        _ loop: EventLoop, _ descriptor: consuming Descriptor, _ pieces: [String], _ closes: Bool,
        _ asked: Asked
    ) {
        self.pieces = pieces
        self.closes = closes
        self.asked = asked
        super.init(loop: loop, connected: descriptor)
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        let bytes = [UInt8](copying: input.span)
        asked.bytes.withLock { $0 += bytes }
        if !hasBegun { sendNext() }
        return input.count
    }

    override func drained() { sendNext() }

    private func sendNext() {
        hasBegun = true
        if pieces.isEmpty { return closes ? closeLingering(for: 100) : () }
        outbound.append(Array(pieces.removeFirst().utf8).span, pool: loop.pool)
        tellWhenDrained()
    }
}
