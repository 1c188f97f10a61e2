/// Opens one real stream to a server and says what it found there: for an operator who checks settings. Knows the way to
/// the features and no further; logs in nowhere.
internal import Bytes
internal import ProxyWire
internal import Reactor
internal import TLSStream
internal import XMPPWire

package struct UpstreamProbe {
    private let route: DomainRoute
    private let settings: Settings

    package init(_ route: DomainRoute, settings: Settings) {
        self.route = route
        self.settings = settings
    }

    /// What was found on the way to the addresses, one line each; nothing where an address is configured.
    package private(set) var steps: [String] = []

    /// Blocks until all servers behind the name have answered or their time is over: one finding for each.
    package mutating func run() -> [UpstreamFinding] {
        let lookup: Lookup
        if let literal = Resolver.literal(route.name) {
            lookup = literal
        } else {
            let finding = NameFinder(server: settings.nameServer.address).find(route.name)
            steps = finding.steps
            lookup = finding.lookup
        }
        switch lookup {
        case .failed(let failure):
            return [UpstreamFinding(route: route, outcome: .unresolved(reason: failure.sentence))]
        case .found(let candidates):
            // Addresses of one server stand together.
            return candidates.chunked { $0.server == $1.server && $0.security == $1.security }.map(ask)
        }
    }

    /// One server: its first address that takes a connection.
    private func ask(_ candidates: ArraySlice<Candidate>) -> UpstreamFinding {
        let isLoopback = candidates.allSatisfy(\.address.isLoopback)
        var finding = UpstreamFinding(route: route, outcome: .unresolved(reason: "no address"), isPrivate: isLoopback)
        for candidate in candidates {
            let outcome = ask(candidate.address, with: route.proxy, candidate.security)
            finding = UpstreamFinding(route: route, outcome: outcome, isPrivate: isLoopback)
            if route.isService {
                finding.named = UpstreamFinding.Named(server: candidate.server, security: candidate.security)
            }
            if case .unreachable = outcome { continue }
            if !finding.isGood { finding.remedy = remedy(candidate.address, candidate.security) }
            return finding
        }
        return finding
    }

    /// Whether another PROXY setting would do: a wrong one shows as silence or as nonsense, depending on the server. All are
    /// tried at once, so that a server that is silent whatever it is told costs its time once more and not five times.
    private func remedy(_ address: SocketAddress, _ security: TransportSecurity) -> UpstreamFinding.Remedy? {
        let others = [nil, ProxyVersion.v2, .v1].filter { $0 != route.proxy }
        let modes = others.flatMap { version in
            (version == nil ? [false] : [false, true]).map { ProxyMode(version: version, hasClient: $0) }
        }
        var patienceEnds = Instant.never
        let found = try? ask(address, modes, security) { outcomes in
            guard let first = outcomes.firstIndex(where: isGood) else { return false }
            if patienceEnds == .never { patienceEnds = .now() + Self.patience }
            return !outcomes[..<first].contains(nil) || .now() >= patienceEnds
        }
        guard let outcomes = found else { return nil }
        return zip(modes, outcomes).first { isGood($1) }.map { UpstreamFinding.Remedy(proxy: $0.0.version) }
    }

    /// Milliseconds that a better setting may take longer than one that works: servers that take both versions answer both at once.
    private static let patience: UInt64 = 1_000

    private func isGood(_ outcome: UpstreamFinding.Outcome?) -> Bool {
        outcome.map { UpstreamFinding(route: route, outcome: $0).isGood } ?? false
    }

    /// What the domain's sessions get, with nothing that serves browsers.
    private func layer(_ security: TransportSecurity) -> StreamLayer? {
        guard security != .plain else { return nil }
        var settings = settings
        settings.listeners = []
        guard let material = try? SecurityMaterial(settings) else { return StreamLayer() }
        return ThreadSecurity(material).layer(
            to: route.server, domain: route.askedDomain, isDirect: security == .directTLS)
    }

    /// As one without a client first, as the protocol wants it of probes; then as its own client, for servers that refuse that.
    private func ask(
        _ address: SocketAddress, with version: ProxyVersion?, _ security: TransportSecurity
    ) -> UpstreamFinding.Outcome {
        let outcome = ask(address, ProxyMode(version: version, hasClient: false), security)
        guard version != nil, !isGood(outcome) else { return outcome }
        return ask(address, ProxyMode(version: version, hasClient: true), security)
    }

    private func ask(
        _ address: SocketAddress, _ proxy: ProxyMode, _ security: TransportSecurity
    ) -> UpstreamFinding.Outcome {
        do throws(SystemFailure) {
            return try ask(address, [proxy], security) { $0[0] != nil }[0] ?? .silent
        } catch {
            return .unreachable(reason: error.reason)
        }
    }

    /// A stream in each of the modes, side by side, until the outcomes are enough or there is nothing to wait for.
    private func ask(
        _ address: SocketAddress, _ modes: [ProxyMode], _ security: TransportSecurity,
        until areEnough: ([UpstreamFinding.Outcome?]) -> Bool
    ) throws(SystemFailure) -> [UpstreamFinding.Outcome?] {
        let loop = try EventLoop()
        let streams = modes.map { mode in
            let stream = ProbeStream(loop: loop, route: route, address: address, proxy: mode, settings: settings)
            if let layer = layer(security) { stream.secure(with: layer) }
            stream.open()
            return stream
        }
        while !areEnough(streams.map(\.outcome)), streams.contains(where: { $0.outcome == nil }) {
            loop.turn(atMost: 100)
        }
        for stream in streams { stream.leave() }
        return streams.map(\.outcome)
    }
}

/// How a probe introduces itself.
private struct ProxyMode {
    let version: ProxyVersion?
    let hasClient: Bool

    func header(from source: SocketAddress?) -> [UInt8] {
        guard let version else { return [] }
        guard hasClient, let ip = source?.ip, let port = source?.port else { return ProxyHeader().bytes(version) }
        return ProxyHeader(
            endpoints: ProxyHeader.Endpoints(source: ip, sourcePort: port, destination: ip, destinationPort: port)
        ).bytes(version)
    }
}

private final class ProbeStream: StreamSocket {
    private(set) var outcome: UpstreamFinding.Outcome?
    private var scanner: StreamScanner
    private let domain: String
    private let policy: FeaturePolicy
    private let headerTime: UInt64
    private let proxy: ProxyMode

    init(
        loop: EventLoop, route: DomainRoute, address: SocketAddress, proxy: ProxyMode, settings: Settings
    ) {
        scanner = StreamScanner(maxElement: settings.limits.upstreamStanza)
        domain = route.askedDomain
        self.proxy = proxy
        policy = FeaturePolicy(
            hiddenMechanisms: Set(settings.mechanisms.hidden), allowedMechanisms: Set(settings.mechanisms.allowed),
            hidesChannelBinding: settings.stripChannelBinding)
        headerTime = settings.limits.upstreamHeader
        super.init(loop: loop, connectingTo: address)
        deadline = loop.now + settings.limits.upstreamConnect
    }

    /// Ends the stream as a client does.
    func leave() {
        guard isOpen else { return }
        if !isConnecting {
            outbound.append(StreamHeader.end, pool: loop.pool)
            closeLingering(for: 100)
            for _ in 0..<20 where isOpen { loop.turn(atMost: 10) }
        }
        close()
    }

    override func connected() {
        deadline = loop.now + headerTime
        prefix(proxy.header(from: localAddress))
        StreamHeader.append(OpenAttributes(to: domain), to: &outbound, pool: loop.pool)
        touchOutput()
    }

    override func received(_ input: inout MutableSpan<UInt8>) -> Int {
        let bytes = input.span
        var used = 0
        while outcome == nil {
            do throws(XMLFailure) {
                switch try scanner.next(bytes.extracting(used...)) {
                case .needMore:
                    return used
                case .whitespace(let size):
                    used += size
                case .header(let header, let size):
                    used += size
                    // Servers from before RFC 3920 send no features.
                    if header.version == nil { outcome = .answers(UpstreamFinding.Offer(isOld: true)) }
                case .element(let cut, let size):
                    take(scanner.output(cut, from: bytes.extracting(used...)))
                    used += size
                case .streamEnd(let size):
                    used += size
                    outcome = .closed
                }
            } catch {
                outcome = .notXMPP
            }
        }
        return bytes.count
    }

    private func take(_ element: [UInt8]) {
        switch try? ReadFrame.read(element.span) {
        case .features:
            let features = StreamFeatures.read(element.span, policy: policy)
            outcome = .answers(
                UpstreamFinding.Offer(
                    mechanisms: features.onlyBound.isEmpty ? features.mechanisms : features.onlyBound,
                    requiresTLS: features.requiresTLS, isBoundOnly: !features.onlyBound.isEmpty))
        case .streamError(let condition):
            outcome = .refused(condition: condition?.rawValue ?? "undefined-condition")
        default:
            break
        }
    }

    override func peerFinished() {
        if outcome == nil { outcome = insecurity ?? .closed }
    }

    override func failed(_ failure: SystemFailure) {
        if outcome == nil { outcome = isConnecting ? .unreachable(reason: failure.reason) : insecurity ?? .closed }
    }

    override func timedOut() {
        if outcome == nil { outcome = isConnecting ? .unreachable(reason: "no answer in time") : insecurity ?? .silent }
    }

    /// There should be TLS by now, and there is none.
    private var insecurity: UpstreamFinding.Outcome? {
        guard !isSecured else { return nil }
        return .insecure(reason: (layer as? TLSLayer)?.trouble ?? "TLS does not come about")
    }
}

extension Array {
    /// Neighbours that belong together.
    fileprivate func chunked(_ belong: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
        var chunks: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices.dropFirst() where !belong(self[index - 1], self[index]) {
            chunks.append(self[start..<index])
            start = index
        }
        return isEmpty ? [] : chunks + [self[start...]]
    }
}

extension DomainRoute {
    /// Some servers die of a header without `to`.
    fileprivate var askedDomain: String { takesAnyDomain ? host : domain }
}

extension Settings {
    /// What an operator should hear at the start.
    package func warnings() -> [String] {
        let servers = upstreams.compactMap { route in route.warning(isPrivate: Self.isLocal(route)) }
        let listeners = listeners.compactMap { listener in
            listener.address.isHere.flatMap { warning(about: listener, isHere: $0) }
        }
        let material = try? SecurityMaterial(self)
        let certificates = material?.warnings(tls, now: Instant.wallSeconds()) ?? []
        let stranger = material?.stranger(to: publicURL)
        return servers + listeners + certificates + (stranger.map { [$0] } ?? [])
    }

    /// Whether its address, or the hosts file, says that it is on this machine. What DNS says may change.
    private static func isLocal(_ route: DomainRoute) -> Bool {
        guard !route.isService else { return false }
        if case .found(let candidates)? = Resolver.literal(route.name) {
            return candidates.allSatisfy(\.address.isLoopback)
        }
        let addresses = HostsFile.addresses(of: route.host)
        return !addresses.isEmpty && addresses.allSatisfy { SocketAddress($0, port: 0).isLoopback }
    }

    /// What `check` can say of listeners whose address the settings do not tell: what a name stands for now. Where the
    /// sockets of systemd are shows at the start.
    package func clearnessOfNames() -> [SettingsProblem] {
        listeners.compactMap { listener in
            guard case .tcp(let host, let port) = listener.address, listener.address.isHere == nil,
                let place = try? SocketAddress.resolve(host: host, port: port).first
            else { return nil }
            return clearness(of: listener, isHere: place.isLoopback, place: "\(place)")
        }
    }
}
