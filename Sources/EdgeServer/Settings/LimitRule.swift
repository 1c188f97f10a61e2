/// The range, unit and configuration key of every limit. Knows `Limits` and nothing that enforces it.
package struct LimitRule: Sendable {
    /// Its name under `limits` in a configuration.
    package let key: String
    package let field: Field

    package enum Field: Sendable {
        /// Bytes.
        case size(any WritableKeyPath<Limits, Int> & Sendable, ClosedRange<Int>)
        case count(any WritableKeyPath<Limits, Int> & Sendable, ClosedRange<Int>)
        /// Milliseconds.
        case time(any WritableKeyPath<Limits, UInt64> & Sendable, ClosedRange<UInt64>)
    }

    private init(_ key: String, _ field: Field) {
        self.key = key
        self.field = field
    }

    private static let second: UInt64 = 1_000
    private static let hour: UInt64 = 3_600_000

    /// In the order of `Limits`.
    package static let all: [LimitRule] = [
        LimitRule("request-head", .size(\.requestHead, 8_400...1 << 20)),
        LimitRule("header-count", .count(\.headerCount, 16...10_000)),
        LimitRule("body", .size(\.body, 10_000...64 << 20)),
        LimitRule("time-to-proxy-header", .time(\.timeToProxyHeader, 3 * second...hour)),
        LimitRule("time-to-head", .time(\.timeToHead, second...hour)),
        LimitRule("time-to-body", .time(\.timeToBody, second...hour)),
        LimitRule("time-to-write", .time(\.timeToWrite, second...hour)),
        LimitRule("keep-alive-idle", .time(\.keepAliveIdle, second...hour)),
        LimitRule("stanza", .size(\.stanza, 10_000...64 << 20)),
        LimitRule("stanza-before-login", .size(\.stanzaBeforeLogin, 4_096...1 << 20)),
        LimitRule("depth", .count(\.depth, 8...1_000)),
        LimitRule("attributes", .count(\.attributes, 16...1_000)),
        LimitRule("elements-before-login", .count(\.elementsBeforeLogin, 8...10_000)),
        LimitRule("fragments", .count(\.fragments, 16...1_000_000)),
        LimitRule("time-to-open", .time(\.timeToOpen, second...hour)),
        LimitRule("time-to-login", .time(\.timeToLogin, second...hour)),
        LimitRule("close-timeout", .time(\.closeTimeout, second...60 * second)),
        LimitRule("ping-min", .time(\.pingMin, second...hour)),
        LimitRule("ping-max", .time(\.pingMax, second...hour)),
        LimitRule("pings-unanswered", .count(\.pingsUnanswered, 1...100)),
        LimitRule("client-output", .size(\.clientOutput, 4_096...16 << 20)),
        LimitRule("upstream-output", .size(\.upstreamOutput, 4_096...16 << 20)),
        LimitRule("bosh-wait", .time(\.boshWait, second...hour)),
        LimitRule("bosh-hold", .count(\.boshHold, 0...16)),
        LimitRule("bosh-inactivity", .time(\.boshInactivity, second...hour)),
        LimitRule("bosh-max-pause", .time(\.boshMaxPause, 0...hour)),
        LimitRule("bosh-polling", .time(\.boshPolling, 0...hour)),
        LimitRule("bosh-polling-inactivity", .time(\.boshPollingInactivity, second...hour)),
        LimitRule("bosh-answer", .size(\.boshAnswer, 4_096...16 << 20)),
        LimitRule("bosh-replay", .size(\.boshReplay, 0...64 << 20)),
        LimitRule("bosh-bodies", .size(\.boshBodies, 1 << 20...16 << 30)),
        LimitRule("upstream-stanza", .size(\.upstreamStanza, 10_000...256 << 20)),
        LimitRule("upstream-connect", .time(\.upstreamConnect, second / 10...hour)),
        LimitRule("upstream-header", .time(\.upstreamHeader, second / 10...hour)),
        LimitRule("upstream-keepalive", .time(\.upstreamKeepalive, 0...24 * hour)),
        LimitRule("upstream-failures", .count(\.upstreamFailures, 1...1_000)),
        LimitRule("upstream-ejection", .time(\.upstreamEjection, second / 10...hour)),
        LimitRule("upstream-ejection-max", .time(\.upstreamEjectionMax, second / 10...24 * hour)),
        LimitRule("upstream-logins-per-second", .count(\.upstreamLogins, 0...1_000_000)),
        LimitRule("upstream-opening", .count(\.upstreamOpening, 0...1_000_000)),
        LimitRule("upstream-waiting", .count(\.upstreamWaiting, 0...1_000_000)),
        LimitRule("upstream-wait", .time(\.upstreamWait, 0...hour)),
        LimitRule("dns-min-life", .time(\.dnsMinLife, 0...hour)),
        LimitRule("dns-max-life", .time(\.dnsMaxLife, second...24 * hour)),
        LimitRule("dns-negative", .time(\.dnsNegative, 0...hour)),
        LimitRule("dns-retry", .time(\.dnsRetry, second / 10...hour)),
        LimitRule("dns-stale", .time(\.dnsStale, 0...168 * hour)),
        LimitRule("connections", .count(\.connections, 1...10_000_000)),
        LimitRule("handshakes", .count(\.handshakes, 10...1_000_000)),
        LimitRule("sessions", .count(\.sessions, 1...5_000_000)),
        LimitRule("sessions-per-address", .count(\.sessionsPerAddress, 1...5_000_000)),
        LimitRule("sessions-per-second", .count(\.sessionsPerSecond, 1...1_000_000)),
        LimitRule("session-burst", .count(\.sessionBurst, 1...5_000_000)),
    ]
}
