/// TLS for the connections of one thread. Knows the server that is wanted; each connection is a client of its own, so that no
/// handshake is shorter than another's.
internal import Reactor
internal import TLSStream
internal import TLSWire

final class LinkSecurity {
    private let client: TLSClient
    private let wanted: WantedServer
    private let isStartTLS: Bool
    private let domain: String

    /// Nil for a target in clear.
    /// - Parameter authorities: PEM of those to trust instead of the system's.
    init?(_ target: Target, domain: String, authorities: [UInt8]?, trustsAnybody: Bool) throws(CertificateProblem) {
        if target.security == .none { return nil }
        client = try TLSClient(authorities: authorities)
        isStartTLS = target.security == .startTLS
        self.domain = domain
        // A web server speaks for its host, an XMPP server for its domain (RFC 6120 section 13.7.2.1).
        let isWeb = target.transport != .tcp
        wanted = WantedServer(
            isWeb ? .web : isStartTLS ? .xmpp : .directXMPP, domain: isWeb ? target.host : domain,
            server: target.authority, isAnybody: trustsAnybody, resumes: false)
    }

    /// Says in a sentence what is wrong with them.
    static func check(_ authorities: [UInt8]?) throws(InvalidText) {
        guard let authorities else { return }
        do throws(CertificateProblem) {
            _ = try TLSClient(authorities: authorities)
        } catch {
            throw InvalidText("the file of authorities \(error.sentence)")
        }
    }

    func layer() -> StreamLayer {
        let engine = TLSEngine(client: client, wanted: wanted)
        return isStartTLS ? StartTLSLayer(engine, domain: domain) : TLSLayer(engine)
    }
}

extension StreamSocket {
    /// What ended a connection that failed by itself.
    func broken(by failure: SystemFailure) -> Failure {
        if isConnecting { return Failure(.connect, failure.reason) }
        return isSecured ? Failure(.dropped, failure.reason) : Failure(.tls, trouble ?? failure.reason)
    }

    /// What it means that the server finished when there was more to come.
    func ended(_ kind: FailureKind) -> Failure {
        isSecured
            ? Failure(kind, "the server closed the connection")
            : Failure(.tls, trouble ?? "the server closed the connection")
    }

    private var trouble: String? { (layer as? TLSLayer)?.trouble }
}
