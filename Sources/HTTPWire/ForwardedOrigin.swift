/// Who made a request that came through trusted proxies, as their header fields tell: Forwarded (RFC 7239) or the
/// X-Forwarded fields that it replaces. Knows the chain and how far it can be believed; which proxies are trusted is the
/// owner's word.
package import Bytes

package struct ForwardedOrigin: Equatable, Sendable {
    /// The last address in the chain that a trusted hop vouches for; nil when that is a Unix socket.
    package private(set) var address: IPAddress?
    /// The client's port, 0 when not told.
    package private(set) var port: UInt16 = 0
    /// Whether the client came over TLS; nil when nobody said.
    package private(set) var isSecure: Bool?
    /// The host that the client asked for.
    package private(set) var host: [UInt8]?
    /// Nobody said who it is: the address is the one of the proxy that hides it, or that was told nonsense.
    package private(set) var isHidden = false

    /// Which fields the proxies in front are known to set. Both are never mixed: a client can send the other one.
    package enum Field: String, Sendable, CaseIterable {
        case xForwarded = "x-forwarded-for"
        case forwarded
    }

    /// - Parameters:
    ///   - peer: the trusted proxy that the connection came from; nil for one on a Unix socket.
    ///   - trusts: whether an address is that of a trusted proxy.
    package init(
        _ head: borrowing RequestHead, field: Field, peer: IPAddress?, trusts: (IPAddress) -> Bool
    ) {
        address = peer
        let chain: ForwardedChain
        switch field {
        case .forwarded: chain = ForwardedChain(forwarded: head)
        case .xForwarded: chain = ForwardedChain(xForwarded: head)
        }
        // From the right, since each hop appends: what is left of the first address that is not trusted can be made up.
        for hop in chain.hops.reversed() {
            switch hop.node {
            case .broken:
                isHidden = true
                return
            case .hidden:
                isHidden = true
                take(hop)
                return
            case .address(let next, let port):
                address = next
                self.port = port
                take(hop)
                if !trusts(next) { return }
            }
        }
    }

    /// The outermost trusted proxy knows best what the client asked for.
    private mutating func take(_ hop: ForwardedChain.Hop) {
        isSecure = hop.isSecure
        host = hop.host
    }
}
