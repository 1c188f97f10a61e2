/// Where the world reaches this server, as configured: what discovery tells clients. Knows the written form; asks nobody and
/// believes no Host header.
package struct PublicURL: Sendable, Equatable {
    /// `host` or `host:port`, and a path without a slash at its end.
    private let place: String

    package static let form = "a URL that begins with https://, such as https://chat.example.org"
    private static let scheme = "https://"

    /// Only https: RFC 7395 section 4 and XEP-0156 forbid to point clients to anything less.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.scheme) else { return nil }
        var place = text.dropFirst(Self.scheme.count)
        while place.hasSuffix("/") { place = place.dropLast() }
        let host = place.prefix { $0 != "/" }
        guard !host.isEmpty, HostAndPort(String(host), defaultPort: 443) != nil,
            place.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"?#@\"'<>&\\".utf8.contains($0) })
        else { return nil }
        self.place = String(place)
    }

    /// Without port and brackets, in lower case.
    var host: String? {
        HostAndPort(String(place.prefix { $0 != "/" }), defaultPort: 443)?.host.lowercased()
    }

    /// - Parameter path: begins with a slash.
    func webSocket(_ path: String) -> String { "wss://\(place)\(path)" }
    func https(_ path: String) -> String { Self.scheme + place + path }
}

extension PublicURL: CustomStringConvertible {
    package var description: String { Self.scheme + place }
}
