/// The client's side of many connections to XMPP servers: whom to trust, and sessions to resume. Belongs to one thread;
/// knows no files. Which certificate speaks for a domain is `DomainMatch`'s business.
internal import COpenSSL

package final class TLSClient {
    let pipe = CipherPipe()
    private let context: OpaquePointer
    /// The last session with each server, to begin the next one with.
    private var sessions: [WantedServer.Key: OpaquePointer] = [:]

    /// Sessions that are kept: as many servers as one edge may have.
    private static let maxSessions = 256

    /// - Parameter authorities: PEM of the certificates to trust instead of the system's; nil for the system's.
    package init(authorities: [UInt8]? = nil) throws(CertificateProblem) {
        let trusted = authorities.map { Certificate.read(pem: $0) }
        if let trusted, trusted.isEmpty { throw .noAuthority }
        context = ContextRules.make(TLS_client_method())
        defer { ERR_clear_error() }
        if let trusted {
            let store = SSL_CTX_get_cert_store(context)
            for certificate in trusted { X509_STORE_add_cert(store, certificate.raw) }
            // A server's own self-signed certificate may stand there.
            X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        } else {
            SSL_CTX_set_default_verify_paths(context)
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_cert_verify_callback(context, { check, _ in TLSClient.isTrusted(check) ? 1 : 0 }, nil)
        _ = edge_ssl_on_status(context, { ssl, _ in TLSClient.isRevoked(ssl) ? 0 : 1 }, nil)
        _ = edge_ssl_set_cache_mode(context, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
        SSL_CTX_sess_set_new_cb(context) { ssl, session in
            guard let session, let engine = TLSEngine.owner(of: ssl), let (client, wanted) = engine.asClient,
                wanted.resumes
            else { return 0 }
            client.keep(session, for: wanted.key)
            return 1
        }
    }

    deinit {
        for session in sessions.values { SSL_SESSION_free(session) }
        SSL_CTX_free(context)
    }

    func newConnection(_ wanted: WantedServer) -> OpaquePointer {
        guard let ssl = SSL_new(context) else { preconditionFailure("out of memory") }
        // An address is no host name (RFC 6066 section 3).
        if !wanted.isAddress { _ = edge_ssl_set_server_name(ssl, Punycode.domain(wanted.domain)) }
        if let name = wanted.applicationProtocol {
            let protocols = [UInt8(name.utf8CodeUnitCount)] + Array("\(name)".utf8)
            SSL_set_alpn_protos(ssl, protocols, UInt32(protocols.count))
        }
        if let session = sessions[wanted.key] { SSL_set_session(ssl, session) }
        _ = edge_ssl_ask_for_status(ssl)
        return ssl
    }

    /// Takes over one reference.
    private func keep(_ session: OpaquePointer, for key: WantedServer.Key) {
        if let old = sessions.updateValue(session, forKey: key) { SSL_SESSION_free(old) }
        guard sessions.count > Self.maxSessions else { return }
        for session in sessions.values { SSL_SESSION_free(session) }
        sessions = [:]
    }

    // MARK: What OpenSSL asks

    /// The whole judgement of a server's certificate.
    private static func isTrusted(_ check: OpaquePointer?) -> Bool {
        guard let check,
            let raw = X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let engine = TLSEngine.owner(of: OpaquePointer(raw)), let (_, wanted) = engine.asClient,
            let own = X509_STORE_CTX_get0_cert(check)
        else { return false }
        if wanted.isAnybody { return true }
        if !wanted.pins.isEmpty {
            if wanted.pins.contains(Certificate.keyHash(of: own)) { return true }
            return refuse(check, engine, .wrongKey, X509_V_ERR_APPLICATION_VERIFICATION)
        }
        guard X509_verify_cert(check) == 1 else {
            engine.trouble = CertificateTrouble(code: X509_STORE_CTX_get_error(check))
            return false
        }
        if wanted.isNamed(in: own) { return true }
        return refuse(check, engine, .wrongName, X509_V_ERR_HOSTNAME_MISMATCH)
    }

    private static func refuse(
        _ check: OpaquePointer, _ engine: TLSEngine, _ trouble: CertificateTrouble, _ code: Int32
    ) -> Bool {
        engine.trouble = trouble
        X509_STORE_CTX_set_error(check, code)
        return false
    }

    private static func isRevoked(_ ssl: OpaquePointer?) -> Bool {
        guard let ssl, let engine = TLSEngine.owner(of: ssl), let (client, wanted) = engine.asClient,
            wanted.pins.isEmpty, !wanted.isAnybody
        else { return false }
        var start: UnsafePointer<UInt8>?
        let size = edge_ssl_staple(ssl, &start)
        guard size > 0, let start else { return false }
        let bytes = Array(UnsafeBufferPointer(start: start, count: size))
        let store = SSL_CTX_get_cert_store(client.context)
        guard Staple.revokes(bytes[...], ssl: ssl, store: store) else { return false }
        engine.trouble = .revoked
        return true
    }
}

extension CertificateTrouble {
    fileprivate init(code: Int32) {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: self = .selfSigned
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            self = .unknownAuthority
        case X509_V_ERR_INVALID_PURPOSE: self = .wrongPurpose
        case X509_V_ERR_CERT_REVOKED: self = .revoked
        default: self = .other(code)
        }
    }
}
