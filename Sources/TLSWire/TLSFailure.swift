/// Why a TLS connection did not come about or broke, in words for logs. Knows the two ends' reasons; the alert for the peer
/// is already in the output when one of these is thrown.
package enum TLSFailure: Error, Equatable, Sendable {
    /// What came is something else than TLS, such as HTTP in clear.
    case notTLS
    /// A client does not begin with a ClientHello of a usable size.
    case noHello
    /// No version of TLS that both sides take.
    case noCommonVersion
    case noCommonCipher
    /// No application protocol that both sides take (ALPN, RFC 7301).
    case noCommonProtocol
    /// We refuse the peer's certificate.
    case certificate(CertificateTrouble)
    /// The peer ended it with this alert (RFC 8446 section 6).
    case refused(alert: UInt8)
    /// The peer sends messages of TLS itself without end, such as changes of keys.
    case flood
    /// The peer broke the protocol; OpenSSL's number of the reason.
    case broken(reason: Int32)

    package var sentence: String {
        switch self {
        case .notTLS: "what came is not TLS"
        case .noHello: "what came first is no ClientHello, or is one of a size that nobody needs"
        case .noCommonVersion: "the two sides have no version of TLS in common; 1.2 is the oldest that is taken"
        case .noCommonCipher: "the two sides have no cipher suite in common"
        case .noCommonProtocol: "the two sides have no application protocol in common"
        case .certificate(let trouble): trouble.sentence
        case .refused(let alert): "the other side refused with alert \(alert)\(Self.name(of: alert))"
        case .flood: "the other side sends messages of TLS itself without end"
        case .broken(let reason): "the TLS protocol was broken (OpenSSL reason \(reason))"
        }
    }

    private static func name(of alert: UInt8) -> String {
        switch alert {
        case 40: " (handshake failure)"
        case 42: " (bad certificate)"
        case 44: " (certificate revoked)"
        case 45: " (certificate expired)"
        case 46: " (certificate unknown)"
        case 48: " (unknown authority)"
        case 70: " (protocol version)"
        case 112: " (unrecognized name)"
        case 116: " (certificate required)"
        case 120: " (no application protocol)"
        default: ""
        }
    }
}

/// What is wrong with a peer's certificate.
package enum CertificateTrouble: Error, Equatable, Sendable {
    case expired
    case notYetValid
    /// Its issuer is not known here.
    case unknownAuthority
    /// It is its own issuer, and is not among the authorities.
    case selfSigned
    /// None of its names is the wanted one.
    case wrongName
    /// Not made for servers.
    case wrongPurpose
    /// The stapled answer of its authority says so.
    case revoked
    /// Its key is none of the pinned ones.
    case wrongKey
    /// OpenSSL's X509_V_ERR number.
    case other(Int32)

    package var sentence: String {
        switch self {
        case .expired: "its certificate has expired"
        case .notYetValid: "its certificate is not valid yet"
        case .unknownAuthority: "its certificate comes from an authority that is not known here"
        case .selfSigned: "its certificate is self-signed"
        case .wrongName: "its certificate is not for this domain"
        case .wrongPurpose: "its certificate is not for servers"
        case .revoked: "its certificate has been revoked"
        case .wrongKey: "its key is not the pinned one"
        case .other(let code): "its certificate does not hold (OpenSSL verify error \(code))"
        }
    }
}
