/// How a client reaches its server: over TCP, WebSocket or BOSH. Knows whole elements both ways, and nothing of what they say.
internal import Bytes
internal import Reactor

/// One transport of one session. Its `deadline` belongs to the session.
protocol Link: LoopMember {
    /// Starts to connect; `linkStands` or `linkEnded` follows.
    func open()
    /// Opens the XMPP stream: at the beginning, and again after login.
    func openStream()
    /// Sends one element.
    func send(_ element: Span<UInt8>)
    /// Bytes that wait here because the server does not take them.
    var waitingOutput: Int { get }
    /// Ends the stream in the transport's way and closes soon.
    func finish()
    /// Closes at once and without a word, as a lost device does.
    func abort()
}

/// What a link tells its session; nothing more after `linkEnded`.
protocol LinkOwner: AnyObject {
    func linkStands()
    func linkReceived(_ element: Span<UInt8>)
    func linkTimedOut()
    func linkEnded(_ failure: Failure)
}
