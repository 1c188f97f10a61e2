/// Settings with everything that can be worked out from them once instead of per session. Immutable; a reload makes a new
/// one. A reference, so that looking at one value copies nothing else.
internal import BOSHWire
internal import HTTPWire
internal import Reactor
internal import WebSocketWire
internal import XMPPWire

final class Setup: Sendable {
    let settings: Settings
    let limits: Limits
    let routes: Routes
    let routeTable: RouteTable
    let httpLimits: HTTPLimits
    let relay: Relay
    /// Bytes of a BOSH body before login: one element and the tags around it.
    let boshBodyBeforeLogin: Int
    let framesBeforeLogin: FrameLimits
    let framesAfterLogin: FrameLimits
    let socketTiming: WebSocketBinding.Timing
    let streamTiming: ClientStream.Timing
    let featurePolicy: FeaturePolicy
    let boshPolicy: SessionPolicy
    let hasTrustedProxies: Bool
    let hostMeta: HostMeta?

    /// Limits that hold for every message.
    struct Relay {
        let beforeLogin: XMLLimits
        let afterLogin: XMLLimits
        /// Bytes that may wait on one side before the other is not read any more.
        let clientOutput: Int
        let upstreamOutput: Int
    }

    init(_ settings: Settings) {
        self.settings = settings
        routes = Routes(settings.upstreams, retired: settings.retiredDomains)
        routeTable = RouteTable(settings)
        let limits = settings.limits
        self.limits = limits
        hostMeta = HostMeta(settings)
        hasTrustedProxies = !settings.trustedProxies.isEmpty
        httpLimits = HTTPLimits(
            maxHead: UInt32(clamping: limits.requestHead), maxFields: UInt32(clamping: limits.headerCount),
            maxBody: limits.body)
        var beforeLogin = Self.xmlLimits(.beforeLogin, bytes: limits.stanzaBeforeLogin, limits)
        beforeLogin.elements = limits.elementsBeforeLogin
        relay = Relay(
            beforeLogin: beforeLogin, afterLogin: Self.xmlLimits(.afterLogin, bytes: limits.stanza, limits),
            clientOutput: limits.clientOutput, upstreamOutput: limits.upstreamOutput)
        boshBodyBeforeLogin = limits.stanzaBeforeLogin + 4_096
        let fragments = UInt32(clamping: limits.fragments)
        framesBeforeLogin = FrameLimits(maxMessage: UInt32(clamping: limits.stanzaBeforeLogin), maxFragments: fragments)
        framesAfterLogin = FrameLimits(maxMessage: UInt32(clamping: limits.stanza), maxFragments: fragments)
        socketTiming = WebSocketBinding.Timing(
            ping: limits.ping, maxUnanswered: UInt8(clamping: limits.pingsUnanswered), close: limits.closeTimeout)
        streamTiming = ClientStream.Timing(
            connect: limits.upstreamConnect, header: limits.upstreamHeader,
            // 0 is never, which is what the end of all times is.
            keepalive: limits.upstreamKeepalive == 0 ? .max : limits.upstreamKeepalive, linger: limits.closeTimeout)
        featurePolicy = FeaturePolicy(
            hiddenMechanisms: Set(settings.mechanisms.hidden), allowedMechanisms: Set(settings.mechanisms.allowed),
            hidesChannelBinding: settings.stripChannelBinding, maxBytes: limits.stanza)
        boshPolicy = Self.boshPolicy(limits, decodesGzip: settings.compression.bosh)
    }

    private static func boshPolicy(_ limits: Limits, decodesGzip: Bool) -> SessionPolicy {
        /// BOSH counts in seconds; a part of one counts as a whole.
        func seconds(_ milliseconds: UInt64) -> UInt16 { UInt16(clamping: (milliseconds + 999) / 1_000) }
        var policy = SessionPolicy()
        policy.wait = seconds(limits.boshWait)
        policy.hold = UInt8(clamping: limits.boshHold)
        policy.inactivity = seconds(limits.boshInactivity)
        policy.maxPause = seconds(limits.boshMaxPause)
        policy.polling = seconds(limits.boshPolling)
        policy.pollingInactivity = seconds(limits.boshPollingInactivity)
        policy.responseBytes = limits.boshAnswer
        policy.replayBytes = limits.boshReplay
        policy.parkedBytes = limits.body
        policy.decodesGzip = decodesGzip
        return policy
    }

    private static func xmlLimits(_ base: XMLLimits, bytes: Int, _ limits: Limits) -> XMLLimits {
        var result = base
        result.bytes = bytes
        result.depth = limits.depth
        result.attributes = limits.attributes
        return result
    }
}
