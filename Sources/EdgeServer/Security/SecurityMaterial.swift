/// Certificates, keys and authorities out of their files, checked, in a form that every thread can take. Knows files and
/// what is wrong with them; opens no connection.
internal import Bytes
internal import Glibc
internal import HTTPWire
package import TLSWire

package struct SecurityMaterial: Sendable, Equatable {
    let identities: [CertificateIdentity]
    let authorities: [UInt8]?
    let trust: UpstreamTrust
    let tickets: TicketKeys

    /// Bytes of one file: all of a system's authorities have 200 KB.
    private static let maxFile = 4 << 20

    /// A file that cannot be used, in a sentence.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Reads all files again.
    package init(_ settings: Settings, tickets: TicketKeys = .random()) throws(Failure) {
        let usesTLS = settings.listeners.contains(where: \.speaksTLS)
        identities = usesTLS ? try Self.identities(settings.tls) : []
        authorities = try settings.upstreamTrust.authorities.map { path throws(Failure) in try Self.read(path) }
        trust = settings.upstreamTrust
        self.tickets = tickets
        // Whatever does not go together shows here, and not on a thread of its own.
        if let path = settings.upstreamTrust.authorities {
            do throws(CertificateProblem) { _ = try TLSClient(authorities: authorities) } catch {
                throw Self.failure(path, error)
            }
        }
        for (identity, path) in zip(identities, settings.tls.certificates) {
            do throws(CertificateProblem) { _ = try TLSServer([identity], tickets: tickets) } catch {
                throw Self.failure(path, error)
            }
        }
    }

    private init(_ other: SecurityMaterial, tickets: TicketKeys) {
        identities = other.identities
        authorities = other.authorities
        trust = other.trust
        self.tickets = tickets
    }

    /// The same, but sessions begun so far are not resumed.
    func withNewTickets() -> SecurityMaterial { SecurityMaterial(self, tickets: .random()) }

    /// The files a change of which matters.
    static func files(_ settings: Settings) -> [String] {
        settings.tls.certificates + settings.tls.certificates.map(staple) + settings.tls.keys
            + (settings.upstreamTrust.authorities.map { [$0] } ?? [])
    }

    /// An OCSP response waits beside its certificate.
    private static func staple(_ certificate: String) -> String { certificate + ".ocsp" }

    private static func identities(_ settings: TLSSettings) throws(Failure) -> [CertificateIdentity] {
        var found: [CertificateIdentity] = []
        for (place, path) in settings.certificates.enumerated() {
            let chain = try read(path)
            let keyPath = place < settings.keys.count ? settings.keys[place] : path
            let key = keyPath == path ? chain : try read(keyPath)
            let staple = access(staple(path), F_OK) == 0 ? try read(staple(path)) : nil
            do throws(CertificateProblem) {
                let identity = try CertificateIdentity(chain: chain, key: key, staple: staple)
                found.append(identity)
            } catch {
                switch error {
                case .noKey, .encryptedKey: throw failure(keyPath, error)
                case .unreadableStaple: throw failure(Self.staple(path), error)
                case .keyMismatch: throw Failure(description: "\(path) and \(keyPath): \(error.sentence)")
                default: throw failure(path, error)
                }
            }
        }
        return found
    }

    private static func failure(_ path: String, _ problem: CertificateProblem) -> Failure {
        Failure(description: "\(path): \(problem.sentence)")
    }

    /// Each certificate with the hosts it is for.
    package func summary(_ settings: TLSSettings) -> [String] {
        zip(settings.certificates, identities).map { path, identity in
            "\(path): for \(identity.hosts.joined(separator: ", "))" + (identity.isStapled ? ", with a staple" : "")
        }
    }

    /// What an operator should hear though it works: certificates that browsers refuse, now or soon.
    package struct Finding: Sendable, Equatable {
        package let sentence: String
        /// Browsers refuse it, all of them.
        package let isFatal: Bool
        /// It comes about with time, whatever was said at the start.
        package let isAboutDates: Bool
    }

    /// - Parameter now: seconds since 1970.
    package func findings(_ settings: TLSSettings, now: Int) -> [Finding] {
        zip(settings.certificates, identities).flatMap { path, identity in
            let problems = identity.problems(at: Int64(now)).map { problem in
                Finding(
                    sentence: "\(problem.isAboutStaple ? Self.staple(path) : path): "
                        + problem.sentence + Self.date(problem, identity),
                    isFatal: problem.isRefusedByAll,
                    isAboutDates: [.expired, .notYetValid, .oldStaple].contains(problem))
            }
            let days = (identity.notAfter - Int64(now)) / 86_400
            guard identity.notAfter >= Int64(now), days < Self.soon else { return problems }
            let soon = "\(path): the certificate expires in \(days) days"
            return problems + [Finding(sentence: soon, isFatal: false, isAboutDates: true)]
        }
    }

    package func warnings(_ settings: TLSSettings, now: Int) -> [String] {
        findings(settings, now: now).map(\.sentence)
    }

    private static func date(_ problem: CertificateProblem, _ identity: CertificateIdentity) -> String {
        let seconds: Int64
        switch problem {
        case .expired: seconds = identity.notAfter
        case .notYetValid: seconds = identity.notBefore
        default: return ""
        }
        return " (\(String(decoding: HTTPDate.text(unixSeconds: Int(clamping: seconds)), as: UTF8.self)))"
    }

    /// The sentence about a public address for which there is no certificate here.
    package func stranger(to url: PublicURL?) -> String? {
        guard let host = url?.host, !identities.isEmpty else { return nil }
        let match = DomainMatch(host)
        let written = IPAddress(host)?.description ?? host
        let isCovered = identities.contains { $0.hosts.contains(written) || match.acceptsHost($0.names) }
        return isCovered ? nil : "public-url: none of the certificates is for \(host)"
    }

    /// The certificates for which this system knows no authority. Not for every start: it reads all authorities.
    package func strangers(_ settings: TLSSettings) -> [String] {
        zip(settings.certificates, identities).filter { !$1.isKnownHere }.map { path, _ in
            "\(path): this system knows no authority behind the certificate; is an intermediate one missing from the file, "
                + "or is the authority your own?"
        }
    }

    /// Days: those who renew by themselves do it earlier.
    private static let soon: Int64 = 10

    private static func read(_ path: String) throws(Failure) -> [UInt8] {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw Failure(description: "\(path) cannot be read: \(reason())") }
        defer { close(number) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(number, &piece, piece.count)
            guard count >= 0 else { throw Failure(description: "\(path) cannot be read: \(reason())") }
            if count == 0 { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= maxFile else {
                throw Failure(description: "\(path) is too large for a certificate or key")
            }
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
