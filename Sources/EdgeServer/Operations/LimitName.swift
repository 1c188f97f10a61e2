/// The limits that peers can reach, by the names they have in the configuration and in figures. Knows no values.
package enum LimitName: String, Sendable, CaseIterable {
    case requestHead = "request-head"
    case headerCount = "header-count"
    case body = "body"
    case timeToProxyHeader = "time-to-proxy-header"
    case timeToHead = "time-to-head"
    case timeToBody = "time-to-body"
    case timeToWrite = "time-to-write"
    case keepAliveIdle = "keep-alive-idle"
    case stanza = "stanza"
    case stanzaBeforeLogin = "stanza-before-login"
    case depth = "depth"
    case attributes = "attributes"
    case elementsBeforeLogin = "elements-before-login"
    case fragments = "fragments"
    case timeToOpen = "time-to-open"
    case timeToLogin = "time-to-login"
    case closeTimeout = "close-timeout"
    case pingsUnanswered = "pings-unanswered"
    /// The browser reads slowly; its server is not read for a while.
    case clientOutput = "client-output"
    /// The server reads slowly; the browser is not read for a while.
    case upstreamOutput = "upstream-output"
    /// Too much of bodies has come in part.
    case boshBodies = "bosh-bodies"
    case upstreamStanza = "upstream-stanza"
    case upstreamConnect = "upstream-connect"
    case upstreamHeader = "upstream-header"
    /// Too many wait in line for a server.
    case upstreamWaiting = "upstream-waiting"
    /// The turn to connect to a server did not come in time, or would not.
    case upstreamWait = "upstream-wait"
    case connections = "connections"
    case handshakes = "handshakes"
    case sessions = "sessions"
    case sessionsPerAddress = "sessions-per-address"
    case sessionsPerSecond = "sessions-per-second"
}
