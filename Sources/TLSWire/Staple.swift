/// Stapled answers of authorities about a certificate (OCSP, RFC 6960 and RFC 6066 section 8). Knows whether one says that
/// a certificate was revoked; what is missing, old or unsigned says nothing.
internal import COpenSSL

enum Staple {
    /// What an answer of ours says of our certificate.
    struct Word {
        let isRevoked: Bool
        /// Seconds since 1970 after which it is too old to be shown.
        let until: Int64
    }

    static func isReadable(_ bytes: [UInt8]) -> Bool {
        guard let response = read(bytes[...]) else { return false }
        defer { OCSP_RESPONSE_free(response) }
        return OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL
    }

    /// Nil when it says nothing of that certificate. Whether it is signed as it should be is for the browser to see.
    static func word(_ bytes: [UInt8], on certificate: Certificate) -> Word? {
        defer { ERR_clear_error() }
        guard let response = read(bytes[...]) else { return nil }
        defer { OCSP_RESPONSE_free(response) }
        guard let answer = OCSP_response_get1_basic(response) else { return nil }
        defer { OCSP_BASICRESP_free(answer) }
        for place in 0..<OCSP_resp_count(answer) {
            guard let single = OCSP_resp_get0(answer, place),
                edge_ocsp_is_about(single, certificate.raw) == 1
            else { continue }
            var (reason, until): (Int32, UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?) = (0, nil)
            let status = OCSP_single_get0_status(single, &reason, nil, nil, &until)
            return Word(
                isRevoked: status == V_OCSP_CERTSTATUS_REVOKED,
                until: until.map { Certificate.seconds($0) } ?? .max)
        }
        return nil
    }

    /// Whether the authority, by a signature that holds, says that the certificate at the head of the chain was revoked.
    static func revokes(_ bytes: ArraySlice<UInt8>, ssl: OpaquePointer, store: OpaquePointer?) -> Bool {
        defer { ERR_clear_error() }
        guard let response = read(bytes) else { return false }
        defer { OCSP_RESPONSE_free(response) }
        guard let answer = OCSP_response_get1_basic(response) else { return false }
        defer { OCSP_BASICRESP_free(answer) }
        let chain = SSL_get0_verified_chain(ssl) ?? SSL_get_peer_cert_chain(ssl)
        guard OCSP_basic_verify(answer, chain, store, 0) == 1 else { return false }
        // The authority may have answered about other certificates as well.
        guard let id = identity(ssl, chain: chain) else { return false }
        defer { OCSP_CERTID_free(id) }
        var (status, reason): (Int32, Int32) = (V_OCSP_CERTSTATUS_UNKNOWN, 0)
        guard OCSP_resp_find_status(answer, id, &status, &reason, nil, nil, nil) == 1 else { return false }
        return status == V_OCSP_CERTSTATUS_REVOKED
    }

    private static func identity(_ ssl: OpaquePointer, chain: OpaquePointer?) -> OpaquePointer? {
        guard let own = edge_ssl_peer(ssl), let issuer = edge_chain_issuer(chain, own) else { return nil }
        return OCSP_cert_to_id(nil, own, issuer)
    }

    private static func read(_ bytes: ArraySlice<UInt8>) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_OCSP_RESPONSE(nil, &start, buffer.count)
        }
    }
}
