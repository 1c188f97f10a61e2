/// What an operator grants BOSH clients: times in seconds as the attributes carry them, sizes in bytes. Knows no session.
package struct SessionPolicy: Sendable, Equatable {
    /// The longest a request is held. 55 s: reverse proxies give up after 60.
    package var wait: UInt16 = 55
    /// Requests held at one time. 1: browsers open few connections to one server, and more gains nothing.
    package var hold: UInt8 = 1
    /// For how long a session lives without a request. 60 s: a client that lost its network comes back by then.
    package var inactivity: UInt16 = 60
    /// The longest pause a client may announce, for a change of pages; 0 offers none.
    package var maxPause: UInt16 = 120
    /// The shortest time between empty requests that serve nothing but polling; 0 sets none and advertises none.
    package var polling: UInt16 = 2
    /// `inactivity` of sessions that poll: they have no request open between polls, so it must be well above `polling`.
    package var pollingInactivity: UInt16 = 120
    /// For how long the answer to a creation request waits for the server's features, in milliseconds. Local servers
    /// need a few; a client that must go on gets its session without them.
    package var creationPatience: UInt64 = 2_000
    /// For how long an ended session still repeats its last words to a client that lost them, in milliseconds.
    package var linger: UInt64 = 30_000
    /// Bytes of one response, cut between stanzas; a single larger stanza travels alone. 64 KiB: what a session may keep
    /// for its client, so one response empties it.
    package var responseBytes = 64 << 10
    /// Bytes of answered responses kept for repeats; beyond it the oldest go, never the newest. 256 KiB: with two requests
    /// it takes huge stanzas to get there, with acknowledgements a client that never sends any.
    package var replayBytes = 256 << 10
    /// Responses kept for a client that acknowledges but falls behind. 16: more than any client has open.
    package var replayResponses = 16
    /// Bytes of requests that arrived before their turn. 512 KiB: one body of the largest size.
    package var parkedBytes = 512 << 10
    /// Repeats of requests within a second beyond which a session ends. 50: real clients give up after five, but browsers
    /// add repeats of their own for each connection that is cut under them, and a path may break several times a second.
    package var repeatsPerSecond: UInt8 = 50
    /// Whether request bodies in gzip are read, and so offered in `accept`.
    package var decodesGzip = false

    package init() {}
}
