/// The browser's side of a session, whatever transport carries it. A switch instead of a protocol: the set of bindings is
/// closed, and a session holds no existential.
internal import Bytes
internal import Reactor
internal import XMPPWire

enum ClientLeg {
    case webSocket(WebSocketBinding)
    case bosh(BOSHBinding)

    /// Hands on one element of the server's stream; true when so much waits that upstream should not be read any more.
    func send(_ cut: ElementCut, from input: Span<UInt8>, of source: ClientStream, limit: Int) -> Bool {
        switch self {
        case .webSocket(let binding): binding.send(cut, from: input, of: source, limit: limit)
        case .bosh(let binding): binding.send(cut, from: input, of: source, limit: limit)
        }
    }

    /// Hands on an element composed here.
    func send(_ element: [UInt8]) {
        switch self {
        case .webSocket(let binding): binding.send(element)
        case .bosh(let binding): binding.send(element)
        }
    }

    /// The stream has opened or opened again.
    func opened(_ attributes: OpenAttributes) {
        switch self {
        case .webSocket(let binding): binding.opened(attributes)
        case .bosh(let binding): binding.opened(attributes)
        }
    }

    /// The client has begun in the framing before RFC 7395, and is answered in it.
    func speakDraft() {
        if case .webSocket(let binding) = self { binding.isDraft = true }
    }

    /// `<open/>` has come: now login is awaited.
    func limitLogin(until deadline: Instant) {
        switch self {
        case .webSocket(let binding): binding.limitLogin(until: deadline)
        case .bosh(let binding): binding.limitLogin(until: deadline)
        }
    }

    /// Login is through: larger messages are allowed, and keepalive begins.
    func loggedIn() {
        switch self {
        case .webSocket(let binding): binding.loggedIn()
        case .bosh(let binding): binding.loggedIn()
        }
    }

    func pauseReading() {
        switch self {
        case .webSocket(let binding): binding.pauseReading()
        case .bosh(let binding): binding.pauseReading()
        }
    }

    func resumeReading() {
        switch self {
        case .webSocket(let binding): binding.resumeReading()
        case .bosh(let binding): binding.resumeReading()
        }
    }

    func tellWhenDrained() {
        switch self {
        case .webSocket(let binding): binding.tellWhenDrained()
        case .bosh(let binding): binding.tellWhenDrained()
        }
    }

    /// The browser has ended its side; the server's end is awaited for a limited time.
    func awaitEnd() {
        switch self {
        case .webSocket(let binding): binding.awaitEnd()
        case .bosh(let binding): binding.awaitEnd()
        }
    }

    /// Whether a stream error leaves together with the end of the session (XEP-0206 section 6), so that the server's end
    /// of the stream is not awaited after it.
    var endsWithStreamError: Bool {
        switch self {
        case .webSocket: false
        case .bosh: true
        }
    }

    /// The server has ended the stream: the browser is told and may still finish its own side.
    func streamEnded(withError hasError: Bool) {
        switch self {
        case .webSocket(let binding): binding.streamEnded()
        case .bosh(let binding): binding.streamEnded(withError: hasError)
        }
    }

    /// Both sides of the stream have ended: nothing more to say but goodbye.
    func finish() {
        switch self {
        case .webSocket(let binding): binding.finish()
        case .bosh(let binding): binding.finish()
        }
    }

    /// A stream error ends the session (RFC 6120 section 4.9).
    func fail(_ error: StreamFailure) {
        switch self {
        case .webSocket(let binding): binding.fail(error)
        case .bosh(let binding): binding.fail(error)
        }
    }

    /// This process stops; the session may be resumed elsewhere.
    func goAway() {
        switch self {
        case .webSocket(let binding): binding.goAway()
        case .bosh(let binding): binding.goAway()
        }
    }
}
