/// One thread's TLS: the server that browsers meet, the client that XMPP servers meet. Made anew when certificates change;
/// connections that stand keep what they began with.
internal import Reactor
internal import TLSStream
internal import TLSWire

final class ThreadSecurity {
    private let server: TLSServer?
    /// Made when a server first needs it: the system's authorities take megabytes, and most set-ups need none.
    private lazy var client: TLSClient? = try? TLSClient(authorities: authorities)
    private let authorities: [UInt8]?
    private let trust: UpstreamTrust

    /// - Parameter material: checked when it was read, so nothing fails here.
    init(_ material: SecurityMaterial) {
        server = material.identities.isEmpty ? nil : try? TLSServer(material.identities, tickets: material.tickets)
        authorities = material.authorities
        trust = material.trust
    }

    /// For a browser's connection; nil when there is no certificate to show.
    func browserLayer(for socket: StreamSocket, among handshakes: Handshakes) -> StreamLayer? {
        server.map { TLSServerLayer($0, for: socket, among: handshakes) }
    }

    /// For a connection to the domain's server; nil for one in clear, when that is what was asked for.
    func layer(for target: Candidate, domain: String) -> StreamLayer? {
        switch target.security {
        case .plain: nil
        case .directTLS: layer(to: target.server, domain: domain, isDirect: true)
        case .startTLS, .byAddress: layer(to: target.server, domain: domain, isDirect: false)
        }
    }

    func layer(to server: String, domain: String, isDirect: Bool) -> StreamLayer {
        // Without a client nothing may cross.
        guard let client else { return StreamLayer() }
        let wanted = WantedServer(
            isDirect ? .directXMPP : .xmpp, domain: domain, server: server, pins: trust.pins(for: domain))
        let engine = TLSEngine(client: client, wanted: wanted)
        return isDirect ? TLSLayer(engine) : StartTLSLayer(engine, domain: domain)
    }
}
