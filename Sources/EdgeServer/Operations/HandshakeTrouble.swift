/// Why browsers' handshakes of TLS do not come to their end, in stable words for figures and logs. Knows a connection's
/// failure; words for the other side are TLS's own.
package import TLSWire

package enum HandshakeTrouble: String, Sendable, CaseIterable {
    /// What came is something else: HTTP in clear, a scanner's probe.
    case notTLS = "not-tls"
    case noCommonVersion = "no-common-version"
    case noCommonCipher = "no-common-cipher"
    /// No HTTP/1.1 among the protocols that the client offers.
    case noCommonProtocol = "no-common-protocol"
    /// The client does not take our certificate.
    case certificateRefused = "certificate-refused"
    /// It ended the handshake for another reason.
    case refused = "refused"
    case malformed = "malformed"
    /// The connection ended in the middle.
    case vanished = "vanished"
    /// It took longer than `limits.time-to-head`.
    case timeout = "timeout"
    /// It took too long while others waited, because `limits.handshakes` were under way.
    case displaced = "displaced"

    package init(_ failure: TLSFailure) {
        switch failure {
        case .notTLS: self = .notTLS
        case .noCommonVersion: self = .noCommonVersion
        case .noCommonCipher: self = .noCommonCipher
        case .noCommonProtocol: self = .noCommonProtocol
        case .refused(let alert): self = Self.aboutCertificates.contains(alert) ? .certificateRefused : .refused
        case .noHello, .certificate, .flood, .broken: self = .malformed
        }
    }

    /// Alerts from bad_certificate to certificate_unknown, and unknown_ca (RFC 8446 section 6).
    private static let aboutCertificates: [UInt8] = [42, 43, 44, 45, 46, 48]

    /// Whether an operator may want to do something about it: browsers come and go in the middle of a handshake every day.
    package var isWorthALine: Bool {
        switch self {
        case .vanished, .timeout: false
        default: true
        }
    }
}
