/// Whom a client's connection is for, and what proves that it is the one. Knows names; `TLSClient` asks for it.
internal import COpenSSL

package final class WantedServer: Sendable {
    /// The XMPP domain, not the name of the machine that serves it (RFC 6120 section 13.7.2.1); of a web server its host.
    let domain: String
    private let match: DomainMatch
    /// Which machine: sessions are resumed with the same one.
    let server: String
    /// Hashes of keys, one of which the server has to have; authority, name and dates do not matter then. Empty for
    /// a certificate that has to hold by itself.
    let pins: [[UInt8]]
    private let service: Service
    /// Whoever answers is the right one: for load tests, where nothing is worth stealing.
    let isAnybody: Bool
    /// Handshakes may be short, with what is known from the one before.
    let resumes: Bool

    package enum Service: Sendable {
        /// Behind STARTTLS.
        case xmpp
        /// TLS from the first byte on (XEP-0368), where ALPN tells it from other services on the port.
        case directXMPP
        /// HTTP/1.1 and what begins with it.
        case web
    }

    package init(
        _ service: Service, domain: String, server: String, pins: [[UInt8]] = [], isAnybody: Bool = false,
        resumes: Bool = true
    ) {
        self.service = service
        self.domain = domain
        self.server = server
        self.pins = pins
        self.isAnybody = isAnybody
        self.resumes = resumes
        match = DomainMatch(domain)
    }

    struct Key: Hashable {
        let domain: String
        let server: String
    }
    var key: Key { Key(domain: domain, server: server) }

    var isAddress: Bool { domain.contains(":") || !domain.contains(where: \.isLetter) }

    var applicationProtocol: StaticString? {
        switch service {
        case .xmpp: nil
        case .directXMPP: "xmpp-client"
        case .web: "http/1.1"
        }
    }

    /// Whether the certificate speaks for it.
    func isNamed(in certificate: OpaquePointer) -> Bool {
        let names = Certificate.names(of: certificate)
        guard case .web = service else { return match.accepts(names) }
        return isAddress ? X509_check_ip_asc(certificate, domain, 0) == 1 : match.acceptsHost(names)
    }
}
