/// Everything an operator decides, as plain values with the defaults of a fresh install. Knows nothing of files, flags or
/// environment variables: the program reads those and makes one of these.
package struct Settings: Sendable, Equatable {
    /// Where browsers (or the reverse proxy in front) connect.
    package var listeners: [WebListener] = [.tcp(host: "127.0.0.1", port: 5280)]
    /// Whom to believe that they speak for somebody else. Nobody, unless told.
    package var trustedProxies = TrustedProxies()
    package var tls = TLSSettings()
    /// Where health, readiness and figures are served; nil for nowhere. Never the public address: it tells of everybody.
    package var admin: ListenAddress? = .tcp(host: "127.0.0.1", port: 5281)
    /// The allow-list of domains and their servers.
    package var upstreams: [DomainRoute] = []
    package var upstreamTrust = UpstreamTrust()
    /// Whom to ask for the servers' names.
    package var nameServer = NameServerSetting.system
    /// The folder of the web page; nil serves none.
    package var publicFolder: String?
    /// Threads that carry sessions; 0 for one per core.
    package var workers = 0
    /// Where WebSockets are taken, each with and without a slash at the end. The second is what XEP-0156 examples and
    /// other servers use.
    package var websocketPaths = ["/ws", "/xmpp-websocket"]
    /// Takes clients of the framing before RFC 7395 as well (draft-moffitt-xmpp-over-websocket), such as Tsung. Off, because
    /// no client that is kept up speaks it any more.
    package var websocketDraft = false
    /// Where BOSH is taken, each with and without a slash at the end.
    package var boshPaths = ["/bosh", "/http-bind"]
    /// Domains that were served here once: who asks for one is told that it is gone.
    package var retiredDomains: [String] = []
    /// What clients are told who look for the domain's WebSocket and BOSH addresses; nil tells nothing.
    package var publicURL: PublicURL?
    package var allowedOrigins = OriginPolicy()
    /// Where the page may connect and load pictures from beside its own host and https: what an upload service on plain
    /// http needs.
    package var connectOrigins: [String] = []
    package var page = PageSettings()
    package var mechanisms = MechanismFilter.all
    /// Hides `-PLUS` mechanisms and the channel bindings of XEP-0440 from the browser. Off, because a browser cannot use
    /// them anyway; for clients that try and fail.
    package var stripChannelBinding = false
    package var logFormat = LogFormat.text
    package var logLevel = LogLevel.info
    package var compression = Compression()
    package var limits = Limits()

    package init() {}
}

/// What a log line looks like.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, sentence, `key=value` pairs.
    case text
    /// One JSON object per line, for programs.
    case json
}

/// The least important line that is still written.
package enum LogLevel: String, Sendable, CaseIterable {
    case debug
    case info
    case notice
    case warning
    case error
}
