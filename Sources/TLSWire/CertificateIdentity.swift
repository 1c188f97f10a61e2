/// What a server shows of itself: a certificate with its chain, the key to it, perhaps a stapled answer of the authority.
/// Checked as far as that goes without the world around; knows no files.
internal import Bytes
internal import COpenSSL

package struct CertificateIdentity: Sendable, Equatable {
    let chain: [UInt8]
    let key: [UInt8]
    /// DER of an OCSP response; nil for none, and for one about another certificate.
    let staple: [UInt8]?
    /// Seconds since 1970 after which the staple is not shown any more.
    let stapledUntil: Int64
    /// What an operator should hear though it can be shown.
    private let flaws: [CertificateProblem]
    /// The hosts it is for.
    package let names: [PresentedName]
    /// Seconds since 1970.
    package let notBefore: Int64
    package let notAfter: Int64

    /// - Parameters:
    ///   - chain: PEM, the server's own certificate first.
    ///   - key: PEM; may be the same text.
    ///   - staple: DER, as authorities send it.
    package init(chain: [UInt8], key: [UInt8], staple: [UInt8]? = nil) throws(CertificateProblem) {
        let (certificates, isDamaged) = Certificate.readAll(chain)
        if isDamaged { throw .damaged }
        guard let own = certificates.first else { throw .noCertificate }
        let secret = try Self.readKey(key)
        guard Self.fits(secret, own) else {
            throw certificates.contains { Self.fits(secret, $0) } ? .brokenChain : .keyMismatch
        }
        for (issued, issuer) in zip(certificates, certificates.dropFirst())
        where X509_check_issued(issuer.raw, issued.raw) != X509_V_OK {
            throw .brokenChain
        }
        names = own.names.filter(\.isHost)
        guard !names.isEmpty else { throw .noHost }
        if let staple, !Staple.isReadable(staple) { throw .unreadableStaple }
        let word = staple.flatMap { Staple.word($0, on: own) }
        flaws = Self.flaws(own, secret) + Self.flaws(word, wasThere: staple != nil)
        stapledUntil = word?.until ?? .max
        notBefore = Certificate.seconds(X509_get0_notBefore(own.raw))
        notAfter = Certificate.seconds(X509_get0_notAfter(own.raw))
        self.chain = chain
        self.key = key
        self.staple = word == nil ? nil : staple
    }

    /// One that nobody has looked at, for tests of the other side.
    package init(unchecked chain: [UInt8], _ key: [UInt8]) {
        self.chain = chain
        self.key = key
        staple = nil
        stapledUntil = .max
        flaws = []
        names = []
        notBefore = .min
        notAfter = .max
    }

    private static func fits(_ key: PrivateKey, _ certificate: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(certificate.raw, key.raw) == 1
    }

    private static func readKey(_ pem: [UInt8]) throws(CertificateProblem) -> PrivateKey {
        do throws(PrivateKey.Failure) {
            return try PrivateKey(pem: pem)
        } catch {
            throw error == .encrypted ? .encryptedKey : .noKey
        }
    }

    private static func flaws(_ own: Certificate, _ key: PrivateKey) -> [CertificateProblem] {
        (own.isSelfSigned ? [.selfSigned] : []) + (key.isUsual ? [] : [.unusualKey])
    }

    /// Who renews a certificate may leave an old answer beside it: that must not keep the new one away.
    private static func flaws(_ word: Staple.Word?, wasThere: Bool) -> [CertificateProblem] {
        guard wasThere else { return [] }
        guard let word else { return [.foreignStaple] }
        return word.isRevoked ? [.revoked] : []
    }

    package var isStapled: Bool { staple != nil }
    /// The hosts as text, for logs.
    package var hosts: [String] { names.compactMap(\.host) }

    /// Whether browsers take it now.
    package func check(at seconds: Int64) throws(CertificateProblem) {
        if seconds > notAfter { throw .expired }
        if seconds < notBefore { throw .notYetValid }
    }

    /// Everything that browsers, or some of them, do not like about it now.
    package func problems(at seconds: Int64) -> [CertificateProblem] {
        var found = flaws
        do throws(CertificateProblem) { try check(at: seconds) } catch { found.insert(error, at: 0) }
        if staple != nil && seconds > stapledUntil { found.append(.oldStaple) }
        return found
    }

    /// Whether this system's authorities vouch for it: if they do not, few browsers' will. Reads them all, which takes a
    /// moment and megabytes.
    package var isKnownHere: Bool {
        let certificates = Certificate.read(pem: chain)
        guard let own = certificates.first, !own.isSelfSigned else { return true }
        defer { ERR_clear_error() }
        let result = edge_x509_verify_here(own.raw, certificates.dropFirst().map(\.raw), Int32(certificates.count - 1))
        // The dates are another matter.
        return [X509_V_OK, X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID].contains(result)
    }
}

extension PresentedName {
    fileprivate var isHost: Bool { host != nil }

    /// As browsers have it in front of a path; nil for names that are for others.
    fileprivate var host: String? {
        switch self {
        case .dns(let name): String(decoding: name, as: UTF8.self)
        case .address(let bytes): Self.address(bytes)?.description
        case .service, .xmpp: nil
        }
    }

    private static func address(_ bytes: [UInt8]) -> IPAddress? {
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: return IPAddress(ipv4: UInt32(truncatingIfNeeded: word(bytes[...])))
        case 16: return IPAddress(high: word(bytes[..<8]), low: word(bytes[8...]))
        default: return nil
        }
    }
}

/// What is wrong with a certificate or a key of ours, for the operator who can mend it.
package enum CertificateProblem: Error, Equatable, Sendable {
    case noCertificate
    /// Something that begins like a certificate cannot be read.
    case damaged
    case noKey
    case encryptedKey
    case keyMismatch
    case brokenChain
    case noHost
    case unreadableStaple
    /// An authority's answer about another certificate, perhaps the one before.
    case foreignStaple
    case oldStaple
    /// Its authority says so.
    case revoked
    case selfSigned
    /// Neither RSA nor on a curve of NIST.
    case unusualKey
    case expired
    case notYetValid
    /// OpenSSL takes the key or the signature for too weak.
    case tooWeak
    /// A file of authorities without any.
    case noAuthority

    /// The file that it is in is the staple's.
    package var isAboutStaple: Bool {
        switch self {
        case .unreadableStaple, .foreignStaple, .oldStaple, .revoked: true
        default: false
        }
    }

    /// No browser takes it.
    package var isRefusedByAll: Bool {
        switch self {
        case .expired, .notYetValid, .revoked: true
        default: false
        }
    }

    /// To stand behind the name of the file.
    package var sentence: String {
        switch self {
        case .noCertificate: "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
        case .damaged: "holds a certificate that cannot be read; was the file cut?"
        case .noKey: "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)"
        case .encryptedKey: "holds a key that is locked with a passphrase; store it without one (openssl pkey)"
        case .keyMismatch: "the key does not belong to the certificate; they come from different requests"
        case .brokenChain:
            "the certificates are out of order, or do not belong together: first the server's own, then the one that issued "
                + "it, and so on"
        case .noHost: "the certificate names no host (subjectAltName); browsers do not look at the common name"
        case .unreadableStaple: "holds no OCSP response in DER form"
        case .foreignStaple: "is about another certificate and is not stapled"
        case .oldStaple: "is out of date and is not stapled"
        case .revoked: "says that the certificate was revoked"
        case .selfSigned: "the certificate is self-signed; browsers take it only where somebody has told them to"
        case .unusualKey: "the kind of key is one that browsers do not take; use P-256 or RSA with 2048 bits"
        case .expired: "the certificate has expired"
        case .notYetValid: "the certificate is not valid yet; is the clock right?"
        case .tooWeak: "the key or its signature is too weak for today's browsers; use P-256 or RSA with 2048 bits"
        case .noAuthority: "holds no authority's certificate in PEM form (-----BEGIN CERTIFICATE-----)"
        }
    }
}
