internal import Bytes

/// What an operator decides about TLS, on both sides. Knows names of files; reads none.
package struct TLSSettings: Sendable, Equatable {
    /// PEM files, each a server's certificate with its chain. The first is for clients that name no known host.
    package var certificates: [String] = []
    /// PEM files with their keys, in the same order; empty when the certificates' files hold them.
    package var keys: [String] = []
    /// Milliseconds for which browsers are told to come with TLS only (RFC 6797); 0 tells nothing. Off, because a
    /// browser that was told cannot be told otherwise without TLS.
    package var strictTransport: UInt64 = 0
    /// Requests without TLS are sent to this port of the same host; nil answers them.
    package var redirectPort: UInt16?

    package init() {}

    /// The most that browsers take to mean something.
    private static let longest: UInt64 = 10 * 365 * 86_400_000

    func validate(listeners: [WebListener]) -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        let speaksTLS = listeners.contains(where: \.speaksTLS)
        if speaksTLS && certificates.isEmpty {
            problems.append(
                SettingsProblem(key: "tls.certificates", "a listener speaks TLS, and there is no certificate"))
        }
        if !keys.isEmpty && keys.count != certificates.count {
            problems.append(
                SettingsProblem(
                    key: "tls.keys", "\(certificates.count) certificates and \(keys.count) keys do not pair up"))
        }
        if strictTransport > Self.longest {
            problems.append(SettingsProblem(key: "tls.strict-transport", "is more than ten years"))
        }
        return problems
    }
}

/// Whom to believe that it is the XMPP server of a domain.
package struct UpstreamTrust: Sendable, Equatable {
    /// A PEM file of the authorities to trust instead of the system's.
    package var authorities: String?
    package var pins: [KeyPin] = []

    package init() {}

    func pins(for domain: String) -> [[UInt8]] {
        pins.filter { $0.domain == domain || $0.domain == DomainRoute.anyDomain }.map(\.hash)
    }
}

/// The key a domain's server has to have, whatever its certificate says.
package struct KeyPin: Sendable, Equatable, CustomStringConvertible {
    /// In lower case; `*` for every domain.
    package let domain: String
    /// SHA-256 of the public key with its algorithm.
    package let hash: [UInt8]

    private static let prefix = "sha256//"

    package static let form = "DOMAIN=sha256//HASH with the hash of a public key in Base64"

    /// Reads `example.org=sha256//BASE64`.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[1].hasPrefix(Self.prefix) else { return nil }
        guard let hash = Base64.decode(Array(parts[1].dropFirst(Self.prefix.count).utf8)), hash.count == 32 else {
            return nil
        }
        domain = parts[0].lowercased()
        self.hash = hash
    }

    package var description: String {
        "\(domain)=\(Self.prefix)\(String(decoding: Base64.encode(hash), as: UTF8.self))"
    }
}
