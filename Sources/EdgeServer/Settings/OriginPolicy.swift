/// Which web pages may open a session: the check of `Origin` against cross-site WebSocket hijacking (RFC 6455 section
/// 10.2). Knows origins as text; the answer to a refused one is the front's business.
package struct OriginPolicy: Sendable, Equatable {
    /// Any page anywhere. Safe for XMPP as far as a login follows, because no cookie stands in for it.
    package var allowsAny = false
    /// Pages that came from the same host as the request goes to, and not with less protection than it.
    package var allowsSameHost = true
    /// Requests without `Origin`: programs that are no browsers.
    package var allowsMissing = true
    /// `scheme://host[:port]` in lower case, without the scheme's own port.
    package private(set) var origins: [String] = []

    package init() {}

    package static let sameHostWord = "same-host"
    package static let missingWord = "no-origin"
    package static let anyWord = "*"

    /// Reads the words of a configuration; the first that is none of ours is the failure.
    package init(words: [String]) throws(UnknownWord) {
        allowsSameHost = words.contains(Self.sameHostWord)
        allowsMissing = words.contains(Self.missingWord)
        allowsAny = words.contains(Self.anyWord)
        for word in words where ![Self.sameHostWord, Self.missingWord, Self.anyWord].contains(word) {
            guard let origin = Origin(word) else { throw UnknownWord(word: word) }
            origins.append(origin.text)
        }
    }

    package struct UnknownWord: Error, Equatable {
        package let word: String
    }

    /// An origin that a Content-Security-Policy can name; nil for what is none.
    package static func sourceExpression(_ word: String) -> String? {
        guard let origin = Origin(word), ["http", "https", "ws", "wss"].contains(origin.scheme) else { return nil }
        let isHost = origin.authority.utf8.allSatisfy { byte in
            byte < 0x80 && Character(UnicodeScalar(byte)).isLetter || (0x30...0x39).contains(byte)
                || ".-:[]".utf8.contains(byte)
        }
        return isHost ? origin.text : nil
    }

    /// The words that give this policy.
    package var words: [String] {
        (allowsAny ? [Self.anyWord] : []) + (allowsSameHost ? [Self.sameHostWord] : [])
            + (allowsMissing ? [Self.missingWord] : []) + origins
    }

    /// - Parameters:
    ///   - origin: the value of `Origin`, nil when there is none.
    ///   - host: the value of `Host`.
    ///   - isSecure: the request is known to have come in TLS, to us or to a proxy that is believed.
    package func allows(origin: String?, host: String?, isSecure: Bool) -> Bool {
        guard let origin else { return allowsMissing || allowsAny }
        if allowsAny { return true }
        guard let origin = Origin(origin) else { return false }
        if origins.contains(origin.text) { return true }
        guard allowsSameHost, let host else { return false }
        // A page that came without TLS is whoever's on the way wrote it. Where it is not known how the request came, as
        // behind a proxy that does not say, both schemes are those of the host; and no page with TLS is less than one
        // without, whatever a proxy says of the hop before it.
        guard origin.scheme == "https" || origin.scheme == "http" && !isSecure else { return false }
        return origin.authority == Origin.authority(host.lowercased(), scheme: origin.scheme)
    }
}

/// An origin with its parts in lower case (RFC 6454 section 6.2).
private struct Origin {
    let scheme: String
    /// `host` or `host:port`; a port that is the scheme's own is left out.
    let authority: String

    var text: String { "\(scheme)://\(authority)" }

    init?(_ text: String) {
        guard text.utf8.count <= 512, let colon = text.firstIndex(of: ":") else { return nil }
        let rest = text[colon...]
        guard rest.hasPrefix("://") else { return nil }
        let authority = rest.dropFirst(3)
        guard !authority.isEmpty, colon > text.startIndex else { return nil }
        guard !authority.utf8.contains(where: { $0 <= 0x20 || "/?#@,".utf8.contains($0) }) else { return nil }
        scheme = text[..<colon].lowercased()
        self.authority = Self.authority(authority.lowercased(), scheme: scheme)
    }

    static func authority(_ text: String, scheme: String) -> String {
        let suffix = scheme == "https" ? ":443" : ":80"
        return text.hasSuffix(suffix) ? String(text.dropLast(suffix.utf8.count)) : text
    }
}
