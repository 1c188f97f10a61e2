/// The server's side of many connections: certificates by host name, tickets for resumption, what is taken and what not.
/// Belongs to one thread; knows no files.
internal import COpenSSL

package final class TLSServer {
    let pipe = CipherPipe()
    private var hosts: [Host] = []

    /// One set of names with a certificate for each kind of key.
    private final class Host {
        let context: OpaquePointer
        let names: [PresentedName]
        /// By certificate, as OpenSSL chooses between the kinds of keys.
        var staples: [(certificate: OpaquePointer, bytes: [UInt8], until: Int64)] = []

        init(context: OpaquePointer, names: [PresentedName]) {
            self.context = context
            self.names = names
        }

        deinit { SSL_CTX_free(context) }
    }

    /// - Parameter identities: not empty; the first is for clients that name no host, or an unknown one.
    package init(_ identities: [CertificateIdentity], tickets: TicketKeys) throws(CertificateProblem) {
        defer { ERR_clear_error() }
        for identity in identities {
            // Authorities order the names as they like.
            let host = hosts.first { Set($0.names) == Set(identity.names) } ?? newHost(identity.names, tickets)
            try Self.add(identity, to: host)
        }
        precondition(!hosts.isEmpty, "a TLS server without a certificate")
    }

    func newConnection() -> OpaquePointer {
        guard let ssl = SSL_new(hosts[0].context) else { preconditionFailure("out of memory") }
        return ssl
    }

    private func newHost(_ names: [PresentedName], _ tickets: TicketKeys) -> Host {
        let context = ContextRules.make(TLS_server_method())
        let host = Host(context: context, names: names)
        // Tickets are the whole memory of a session; with several contexts and threads a cache would not be found again.
        _ = edge_ssl_set_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        _ = edge_ssl_set_ticket_keys(context, tickets.bytes, tickets.bytes.count)
        SSL_CTX_set_num_tickets(context, 1)
        _ = SSL_CTX_set_session_id_context(context, [0x78], 1)
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, size, offered, count, _ in
                TLSServer.choose(chosen, size, offered, count)
            }, nil)
        _ = edge_ssl_on_server_name(
            context,
            { ssl, _, server in
                guard let ssl, let server else { return SSL_TLSEXT_ERR_NOACK }
                return Unmanaged<TLSServer>.fromOpaque(server).takeUnretainedValue().chooseHost(ssl)
            }, Unmanaged.passUnretained(self).toOpaque())
        _ = edge_ssl_on_status(
            context,
            { ssl, host in
                guard let ssl, let host else { return SSL_TLSEXT_ERR_NOACK }
                return TLSServer.staple(ssl, Unmanaged<Host>.fromOpaque(host).takeUnretainedValue())
            }, Unmanaged.passUnretained(host).toOpaque())
        hosts.append(host)
        return host
    }

    private static func add(_ identity: CertificateIdentity, to host: Host) throws(CertificateProblem) {
        let chain = Certificate.read(pem: identity.chain)
        guard let own = chain.first else { throw .noCertificate }
        let key: PrivateKey
        do throws(PrivateKey.Failure) { key = try PrivateKey(pem: identity.key) } catch { throw .noKey }
        guard SSL_CTX_use_certificate(host.context, own.raw) == 1 else { throw .tooWeak }
        // Of an earlier certificate with the same kind of key.
        _ = edge_ssl_clear_chain(host.context)
        for issuer in chain.dropFirst() {
            guard edge_ssl_add_chain(host.context, issuer.raw) == 1 else { throw .tooWeak }
        }
        guard SSL_CTX_use_PrivateKey(host.context, key.raw) == 1 else { throw .keyMismatch }
        if let staple = identity.staple, let used = SSL_CTX_get0_certificate(host.context) {
            host.staples.append((used, staple, identity.stapledUntil))
        }
    }

    // MARK: What OpenSSL asks

    /// The certificate for the host that the client names (RFC 6066 section 3).
    private func chooseHost(_ ssl: OpaquePointer) -> Int32 {
        guard hosts.count > 1, let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else {
            return SSL_TLSEXT_ERR_OK
        }
        let wanted = DomainMatch(String(cString: name))
        if let host = hosts.first(where: { wanted.acceptsHost($0.names) }) { SSL_set_SSL_CTX(ssl, host.context) }
        return SSL_TLSEXT_ERR_OK
    }

    private static let http = Array("http/1.1".utf8)

    /// HTTP/1.1 if it is offered; who wants only others is told so (RFC 7301 section 3.2).
    private static func choose(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ size: UnsafeMutablePointer<UInt8>?,
        _ offered: UnsafePointer<UInt8>?, _ count: UInt32
    ) -> Int32 {
        guard let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let list = UnsafeBufferPointer(start: offered, count: Int(count))
        var place = 0
        while place < list.count {
            let end = place + 1 + Int(list[place])
            guard end <= list.count else { break }
            if list[(place + 1)..<end].elementsEqual(http) {
                chosen?.pointee = offered + place + 1
                size?.pointee = list[place]
                return SSL_TLSEXT_ERR_OK
            }
            place = end
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    private static func staple(_ ssl: OpaquePointer, _ host: Host) -> Int32 {
        let used = SSL_get_certificate(ssl)
        // Browsers refuse what has an old one, and take what has none.
        guard let staple = host.staples.first(where: { $0.certificate == used && $0.until >= Certificate.now })?.bytes,
            // OpenSSL frees it with the connection.
            let copy = edge_ssl_allocate(staple.count)
        else { return SSL_TLSEXT_ERR_NOACK }
        copy.copyMemory(from: staple, byteCount: staple.count)
        _ = edge_ssl_set_staple(ssl, copy.assumingMemoryBound(to: UInt8.self), staple.count)
        return SSL_TLSEXT_ERR_OK
    }
}

/// What holds for both roles (RFC 9325).
enum ContextRules {
    static func make(_ method: OpaquePointer?) -> OpaquePointer {
        guard let context = SSL_CTX_new(method) else { preconditionFailure("out of memory") }
        let versions = edge_ssl_set_versions(context)
        // An idle connection gives its record buffers back: 34 KB less each.
        _ = edge_ssl_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        // Messages between the plain bytes come back to us, who count them.
        _ = edge_ssl_clear_mode(context, Int(SSL_MODE_AUTO_RETRY))
        // No renegotiation, no compression, our order of suites.
        _ = edge_ssl_set_options(context)
        let ciphers = SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20")
        // 128 bits first: enough, and a third faster than 256.
        let suites = SSL_CTX_set_ciphersuites(
            context, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384")
        let groups = edge_ssl_set_groups(context, "X25519:P-256:P-384")
        precondition(versions == 1 && ciphers == 1 && suites == 1 && groups == 1, "this OpenSSL lacks what we need")
        return context
    }
}
