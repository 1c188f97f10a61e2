/// Every bound of the server with its default and the reason for it. Knows no clock and counts nothing. Sizes are bytes,
/// times are milliseconds; `LimitRule` has the range and the configuration key of each.
package struct Limits: Sendable, Equatable {
    // MARK: HTTP

    /// Bytes of a request's first line and headers. 16 KiB: what most servers take; long cookies and tokens fit, and a
    /// target of 8000 bytes (RFC 9112 section 3) does as well.
    package var requestHead = 16 << 10
    /// Header lines of a request. 100: Apache's default; browsers behind proxies send about 30.
    package var headerCount = 100
    /// Bytes of a request's body. 512 KiB: two stanzas of the largest size in one BOSH request.
    package var body = 512 << 10
    /// From a connection to the end of its PROXY header, where one is expected. 5 s: a proxy sends it at once, but a
    /// packet may get lost once (proxy-protocol.txt section 2 asks for 3 s at least).
    package var timeToProxyHeader: UInt64 = 5_000
    /// From accepting a connection, or the first byte of a further request, to the end of its head. 10 s: slow phones
    /// pass, a client that trickles headers does not keep a descriptor.
    package var timeToHead: UInt64 = 10_000
    /// From the head to the end of the body. 30 s: 512 KiB over a poor mobile link.
    package var timeToBody: UInt64 = 30_000
    /// For how long an answer may wait for a client that does not read. 30 s: a lost link, not a slow one.
    package var timeToWrite: UInt64 = 30_000
    /// For how long a connection without a request stays open. 60 s: longer than a page needs for its next file, and
    /// usual among proxies.
    package var keepAliveIdle: UInt64 = 60_000

    // MARK: What a browser sends

    /// Bytes of a stanza, from `<` to `>`. 256 KiB: what XMPP servers commonly take. Never below 10,000 (RFC 6120
    /// section 13.12).
    package var stanza = 256 << 10
    /// Bytes of an element before login. 16 KiB: SASL2 with everything inline takes 4 KiB; strangers get no more memory.
    package var stanzaBeforeLogin = 16 << 10
    /// Elements inside each other. 64: real stanzas stay below 20, and some servers crash on deep ones.
    package var depth = 64
    /// Attributes of one element. 64: real elements stay below 20; XML parsers compare each with each.
    package var attributes = 64
    /// Elements before login. 64: a login takes about 6, in-band registration with a retry or two 20.
    package var elementsBeforeLogin = 64
    /// Frames of one WebSocket message. 1024: browsers cut at 64 KiB or more; an endless run of empty frames ends here.
    package var fragments = 1_024

    // MARK: How long a session may take to begin and to end

    /// From the WebSocket to `<open/>`. 10 s: programs send it at once.
    package var timeToOpen: UInt64 = 10_000
    /// From the WebSocket to the end of login. 60 s: somebody types a password or takes out a second factor.
    package var timeToLogin: UInt64 = 60_000
    /// For the other side's part of a closing handshake. 5 s: as RFC 7395's peers do; then the connection is cut.
    package var closeTimeout: UInt64 = 5_000
    /// The shortest and the longest time between WebSocket pings; each is drawn between the two, so that sessions do not
    /// ping in step. 25-30 s: below the 30 s after which some mobile networks forget a connection, and the 60 s of proxies.
    package var pingMin: UInt64 = 25_000
    package var pingMax: UInt64 = 30_000
    /// Pings without any sign of life after which a browser counts as gone. 2: one may get lost with a change of network.
    package var pingsUnanswered = 2

    // MARK: What waits

    /// Bytes for the browser above which its server is no longer read. 64 KiB: some screens of messages; more would
    /// only wait here instead of there.
    package var clientOutput = 64 << 10
    /// Bytes for the server above which the browser is no longer read.
    package var upstreamOutput = 64 << 10

    // MARK: BOSH

    /// The longest a request is held. 55 s: reverse proxies give up after 60. Seconds are what BOSH counts in.
    package var boshWait: UInt64 = 55_000
    /// Requests of a session held at one time. 1: browsers open few connections to one server, and more gains nothing.
    package var boshHold = 1
    /// For how long a session lives without a request. 60 s: a client that lost its network comes back by then.
    package var boshInactivity: UInt64 = 60_000
    /// The longest pause a client may announce, for a change of pages; 0 offers none. 2 minutes: a slow page.
    package var boshMaxPause: UInt64 = 120_000
    /// The shortest time between requests that serve nothing but polling; 0 sets none. 2 s: nobody notices a later message.
    package var boshPolling: UInt64 = 2_000
    /// `boshInactivity` of sessions that poll: they have no request open between polls.
    package var boshPollingInactivity: UInt64 = 120_000
    /// Bytes of one answer, cut between stanzas; a larger stanza travels alone. 64 KiB: what waits for a browser at most,
    /// so one answer empties it.
    package var boshAnswer = 64 << 10
    /// Bytes of answers kept for a client that lost them; beyond it the oldest go, never the newest. 256 KiB: two answers
    /// with huge stanzas.
    package var boshReplay = 256 << 10
    /// Bytes of bodies that have come in part, per worker. 64 MiB: a hundred of the largest at once, far more usual ones.
    package var boshBodies = 64 << 20

    // MARK: The server's side

    /// Bytes of one element from the server. 4 MiB: a roster of ten thousand contacts is a single stanza.
    package var upstreamStanza = 4 << 20
    /// To connect to a server, whichever of a domain's addresses takes the connection. 5 s: a server in reach answers in far
    /// less, and the next address is tried beside the one before.
    package var upstreamConnect: UInt64 = 5_000
    /// From the connection, or our stream header, to the server's. 15 s: some servers ask others first, and some never
    /// answer before TLS.
    package var upstreamHeader: UInt64 = 15_000
    /// Silence after which one space is sent to the server. 5 minutes: not more often than RFC 6120 section 4.6.4 hints;
    /// 0 for never.
    package var upstreamKeepalive: UInt64 = 300_000

    /// Connections to one address of a server that do not come about, in a row, until it is left out for a while (others
    /// are tried first). 3: one may be bad luck.
    package var upstreamFailures = 3
    /// For how long it is left out the first time; each further time in a row takes twice as long. 5 s: a server that
    /// restarts takes about that.
    package var upstreamEjection: UInt64 = 5_000
    /// The longest time that it is left out. 2 minutes: soon enough to be of use again after a long night.
    package var upstreamEjectionMax: UInt64 = 120_000
    /// Connections to one address of a server per second, which are logins; 0 for any number. 500: what a server of a few
    /// cores does when a login costs it 4,096 to 10,000 rounds of a hash; a slower one is spared by `upstreamOpening`. After
    /// an outage everybody comes at once, and 8,000 have their turn before they have waited too long.
    package var upstreamLogins = 500
    /// Connections to one address of a server that are being opened at one time; 0 for any number. 100: below the 128 that
    /// servers commonly let wait for accept.
    package var upstreamOpening = 100
    /// Sessions that wait in line to connect to one address of a server. 15,000: more than can have their turn in time.
    package var upstreamWaiting = 15_000
    /// The longest wait in that line. 30 s: half of what proxies in front allow for silence.
    package var upstreamWait: UInt64 = 30_000

    // MARK: Names

    /// The shortest and the longest time an answer of DNS counts, whatever it says. 5 s: some say 0, and no session asks for
    /// itself; 1 h: whoever moves a server says less in time, and a wrong answer goes away.
    package var dnsMinLife: UInt64 = 5_000
    package var dnsMaxLife: UInt64 = 3_600_000
    /// The longest time that counts of a name that is not there. 30 s: somebody is about to make it.
    package var dnsNegative: UInt64 = 30_000
    /// Between attempts while no name server answers. 5 s: sessions fail meanwhile, or go where the server was.
    package var dnsRetry: UInt64 = 5_000
    /// For how long an old answer serves while no name server answers. 1 day: servers move rarely (RFC 8767 section 5 has 1
    /// to 3 days).
    package var dnsStale: UInt64 = 86_400_000

    // MARK: How many

    /// HTTP connections, sessions among them. 60,000: what one address of a proxy can open to one port.
    package var connections = 60_000
    /// Handshakes of TLS with browsers that a worker has under way; the next ones wait, and while they do those that have
    /// taken 2 s end. 2,000: each holds 43 KB. A core begins some 3,000 a second, and an answer from the other side of the
    /// world takes a third of one.
    package var handshakes = 2_000
    /// Sessions in all. 50,000: below 50 MB for idle ones. Each takes two descriptors; where the system gives fewer, the
    /// bound is lower (`fitting`).
    package var sessions = 50_000
    /// Sessions of one client address (an IPv6 network of 64 bits counts as one). 1,000: a large office behind one
    /// address. Connections from this machine do not count: they are a reverse proxy's.
    package var sessionsPerAddress = 1_000
    /// New sessions per second, on average. 1,000: after an outage everybody returns within a minute, and logging in
    /// costs an XMPP server far more than us.
    package var sessionsPerSecond = 1_000
    /// New sessions that may come at once beyond the average. 10,000: a page that opens after an outage.
    package var sessionBurst = 10_000

    package init() {}

    var lookupTimes: LookupCache<Resolver.Asker>.Times {
        LookupCache.Times(
            shortest: dnsMinLife, longest: dnsMaxLife, negative: dnsNegative, retry: dnsRetry, stale: dnsStale)
    }

    /// The times between pings.
    package var ping: ClosedRange<UInt64> { pingMin...max(pingMin, pingMax) }
}

extension Limits {
    /// Descriptors for listeners, loops, logs and files beside the sessions.
    private static let otherDescriptors = 64

    /// The same limits, lowered to what so many descriptors can carry: a session takes two, another connection one. The
    /// admission then answers before the system runs out (accept would fail with EMFILE).
    package func fitting(descriptors: Int) -> Limits {
        let room = max(descriptors - Self.otherDescriptors, 2)
        var fitted = self
        fitted.sessions = min(sessions, max((room - room / 10) / 2, 1))
        fitted.connections = min(connections, max(room - fitted.sessions, 1))
        return fitted
    }
}
