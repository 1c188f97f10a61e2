/// For whom a request on this connection is made: the other end of the connection, or whom the proxies in front name. Knows
/// whom the configuration trusts; the fields are read in `ForwardedOrigin`.
internal import Bytes
internal import HTTPWire
internal import ProxyWire
internal import Reactor
internal import TLSStream
internal import TLSWire

extension HTTPConnection {
    func caller(of head: RequestHead) -> Caller {
        let setup = worker.setup
        var caller = Caller(address: peer, isSecure: cameInTLS)
        if let origin = forwardedOrigin(head) {
            if let address = origin.address { caller.address = SocketAddress(address, port: origin.port) }
            caller.isSecure = origin.isSecure ?? caller.isSecure
            caller.host = origin.host
        }
        if setup.routes.tellsClients { caller.approach = approach(of: caller, head) }
        return caller
    }

    /// Where the client asked: its pages come from there.
    func site(of head: RequestHead) -> RequestedSite {
        let origin = forwardedOrigin(head)
        return RequestedSite(
            host: origin?.host.map { String(decoding: $0, as: UTF8.self) }, isSecure: origin?.isSecure ?? cameInTLS)
    }

    /// To us, or to who says so in a PROXY header.
    private var cameInTLS: Bool { layer != nil || approach?.tls != nil }

    private func forwardedOrigin(_ head: RequestHead) -> ForwardedOrigin? {
        // In the class: a look there copies nothing.
        let setup = worker.setup
        guard setup.hasTrustedProxies, setup.settings.trustedProxies.contains(peer) else { return nil }
        let proxies = setup.settings.trustedProxies
        return ForwardedOrigin(head, field: proxies.field, peer: peer.ip) { proxies.contains($0) }
    }

    private func approach(of caller: Caller, _ head: RequestHead) -> Approach {
        let host = caller.host ?? head.withHost(Self.copy)
        return Approach(
            destination: approach?.destination ?? localAddress,
            authority: approach?.authority ?? host.map { Array(Self.name($0)) },
            // The cipher is the proxy's secret; that there was one is not.
            tls: caller.isSecure ? ownTLS ?? approach?.tls ?? ProxyHeader.TLSFacts() : nil)
    }

    private var ownTLS: ProxyHeader.TLSFacts? {
        guard let engine = (layer as? TLSLayer)?.engine else { return nil }
        return ProxyHeader.TLSFacts(version: Array(engine.version.utf8), cipher: Array(engine.cipher.utf8))
    }

    private static func copy(_ bytes: Span<UInt8>?) -> [UInt8]? {
        guard let bytes else { return nil }
        return Array(copying: bytes)
    }

    /// Without the port.
    private static func name(_ host: [UInt8]) -> ArraySlice<UInt8> {
        guard let colon = host.lastIndex(of: UInt8(ascii: ":")), host.last != UInt8(ascii: "]") else {
            return host[...]
        }
        return host[..<colon]
    }
}
