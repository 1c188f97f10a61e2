/// Reads certificates, keys and their names out of PEM. Knows X.509's outer form through OpenSSL; judges nothing.
internal import COpenSSL

/// A certificate in OpenSSL's hands.
final class Certificate {
    let raw: OpaquePointer

    /// Takes over one reference.
    init(owning raw: OpaquePointer) {
        self.raw = raw
    }

    deinit { X509_free(raw) }

    /// All certificates of a PEM text, in order, up to one that cannot be read.
    static func read(pem: [UInt8]) -> [Certificate] { readAll(pem).certificates }

    /// - Returns: also whether something behind them begins like a certificate and is none.
    static func readAll(_ pem: [UInt8]) -> (certificates: [Certificate], isDamaged: Bool) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let source = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return ([], false) }
        defer { BIO_free(source) }
        var found: [Certificate] = []
        while let next = PEM_read_bio_X509(source, nil, nil, nil) { found.append(Certificate(owning: next)) }
        return (found, edge_pem_is_at_end(ERR_peek_last_error()) == 0)
    }

    var isSelfSigned: Bool { X509_check_issued(raw, raw) == X509_V_OK }

    var names: [PresentedName] { Self.names(of: raw) }

    static func names(of certificate: OpaquePointer) -> [PresentedName] {
        guard let names = edge_x509_names(certificate) else { return [] }
        defer { GENERAL_NAMES_free(names) }
        return (0..<edge_names_count(names)).compactMap { index in
            guard let name = edge_names_at(names, index) else { return nil }
            if let text = edge_name_dns(name) { return .dns(bytes(text)) }
            if let address = edge_name_address(name) { return .address(bytes(address)) }
            if let text = edge_name_other(name, NID_SRVName) { return .service(bytes(text)) }
            if let text = edge_name_other(name, NID_XmppAddr) { return .xmpp(bytes(text)) }
            return nil
        }
    }

    /// With all their bytes: a name with a zero inside equals no other.
    private static func bytes(_ text: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(text), count: Int(ASN1_STRING_length(text))))
    }

    /// SHA-256 of the public key with its algorithm (SubjectPublicKeyInfo), as pins have it.
    static func keyHash(of certificate: OpaquePointer) -> [UInt8] {
        var output: UnsafeMutablePointer<UInt8>?
        let size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &output)
        guard size > 0, let output else { return [] }
        defer { CRYPTO_free(output, nil, 0) }
        return [UInt8](unsafeUninitializedCapacity: 32) { hash, count in
            SHA256(output, Int(size), hash.baseAddress)
            count = 32
        }
    }

    /// Now, by the clock that OpenSSL judges certificates with.
    static var now: Int64 {
        guard let now = X509_gmtime_adj(nil, 0) else { return 0 }
        defer { ASN1_TIME_free(now) }
        return seconds(now)
    }

    /// Seconds since 1970.
    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return 0 }
        defer { ASN1_TIME_free(epoch) }
        var (days, seconds): (Int32, Int32) = (0, 0)
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return 0 }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}

/// A private key in OpenSSL's hands.
final class PrivateKey {
    let raw: OpaquePointer

    enum Failure: Error {
        case missing
        case encrypted
    }

    init(pem: [UInt8]) throws(Failure) {
        defer { ERR_clear_error() }
        guard let source = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { throw .missing }
        defer { BIO_free(source) }
        var wasAsked = false
        let key = withUnsafeMutablePointer(to: &wasAsked) { flag in
            // OpenSSL would ask on the terminal.
            PEM_read_bio_PrivateKey(
                source, nil,
                { _, _, _, flag in
                    flag?.assumingMemoryBound(to: Bool.self).pointee = true
                    return -1
                }, flag)
        }
        guard let key else { throw wasAsked ? .encrypted : .missing }
        raw = key
    }

    /// Of a kind that browsers take.
    var isUsual: Bool { [EVP_PKEY_RSA, EVP_PKEY_EC].contains(EVP_PKEY_get_base_id(raw)) }

    deinit { EVP_PKEY_free(raw) }
}
