/// The browser's side of a session, whatever transport carries it. A switch instead of a protocol: the set of bindings is
/// closed, and a session holds no existential.
internal import Bytes
internal import Reactor
internal import XMPPWire

enum ClientLeg {
    case webSocket(WebSocketBinding)

    /// Hands on one element of the server's stream; true when so much waits that upstream should not be read any more.
    func send(_ cut: ElementCut, from input: Span<UInt8>, of source: ClientStream, limit: Int) -> Bool {
        switch self {
        case .webSocket(let binding): binding.send(cut, from: input, of: source, limit: limit)
        }
    }

    /// Hands on an element composed here.
    func send(_ element: [UInt8]) {
        switch self {
        case .webSocket(let binding): binding.send(element)
        }
    }

    /// The stream has opened or opened again.
    func opened(_ attributes: OpenAttributes) {
        switch self {
        case .webSocket(let binding): binding.send(Framing.open(attributes))
        }
    }

    /// `<open/>` has come: now login is awaited.
    func limitLogin(until deadline: Instant) {
        switch self {
        case .webSocket(let binding): binding.limitLogin(until: deadline)
        }
    }

    /// Login is through: larger messages are allowed, and keepalive begins.
    func loggedIn() {
        switch self {
        case .webSocket(let binding): binding.loggedIn()
        }
    }

    func pauseReading() {
        switch self {
        case .webSocket(let binding): binding.pauseReading()
        }
    }

    func resumeReading() {
        switch self {
        case .webSocket(let binding): binding.resumeReading()
        }
    }

    func tellWhenDrained() {
        switch self {
        case .webSocket(let binding): binding.tellWhenDrained()
        }
    }

    /// The browser has ended its side; the server's end is awaited for a limited time.
    func awaitEnd() {
        switch self {
        case .webSocket(let binding): binding.awaitEnd()
        }
    }

    /// The server has ended the stream: the browser is told and may still finish its own side.
    func streamEnded() {
        switch self {
        case .webSocket(let binding): binding.streamEnded()
        }
    }

    /// Both sides of the stream have ended: nothing more to say but goodbye.
    func finish() {
        switch self {
        case .webSocket(let binding): binding.finish()
        }
    }

    /// A stream error ends the session (RFC 6120 section 4.9).
    func fail(_ error: StreamFailure) {
        switch self {
        case .webSocket(let binding): binding.fail(error)
        }
    }

    /// This process stops; the session may be resumed elsewhere.
    func goAway() {
        switch self {
        case .webSocket(let binding): binding.goAway()
        }
    }
}
