/// Where the load goes, as one URL says it: `ws://host:port/path`, `http://host:port/path` for BOSH, `tcp://host:port` for an
/// ordinary client connection, and each with TLS. Knows the text; resolves and connects nothing.
package struct Target: Codable, Equatable, Sendable {
    package enum Transport: String, Codable, Sendable {
        case webSocket = "ws"
        case bosh = "http"
        case tcp

        /// Of one session, at most: BOSH posts on one while another waits (XEP-0124 section 11).
        package var connections: Int { self == .bosh ? 2 : 1 }
    }

    package enum Security: String, Codable, Sendable {
        case none
        /// From the first byte on.
        case tls
        /// The stream begins in clear (RFC 6120 section 5).
        case startTLS = "starttls"
    }

    package var transport: Transport
    /// Nil, as in results of old, is `none`.
    private var layer: Security?
    package var host: String
    package var port: UInt16
    /// For WebSocket and BOSH.
    package var path: String

    package var security: Security { layer ?? .none }

    /// Each scheme with the port that is usual for it.
    private static let schemes: [(name: String, Transport, Security?, port: UInt16)] = [
        ("ws", .webSocket, nil, 5280), ("wss", .webSocket, .tls, 443),
        ("http", .bosh, nil, 5280), ("https", .bosh, .tls, 443),
        ("tcp", .tcp, nil, 5222), ("xmpp", .tcp, nil, 5222), ("starttls", .tcp, .startTLS, 5222),
        ("tls", .tcp, .tls, 5223), ("xmpps", .tcp, .tls, 5223),
    ]

    /// - Throws: a sentence that says what is wrong.
    package init(_ text: String) throws(InvalidText) {
        guard let mark = text.firstRange(of: "://") else {
            throw InvalidText("\(text): expected ws://, http:// or tcp:// and a host")
        }
        let name = text[..<mark.lowerBound].lowercased()
        guard let scheme = Self.schemes.first(where: { $0.name == name }) else {
            throw InvalidText("\(text): the transport is ws, wss, http or https (BOSH), tcp, starttls or tls")
        }
        (_, transport, layer, _) = scheme
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count))
        if path.isEmpty { path = transport == .webSocket ? "/ws" : transport == .bosh ? "/http-bind" : "" }
        (host, port) = try Self.split(authority, usual: scheme.port)
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw InvalidText("\(text): no such path") }
    }

    /// Host and port; an IPv6 address stands in brackets.
    package static func split(_ text: Substring, usual: UInt16) throws(InvalidText) -> (String, UInt16) {
        var host = text
        var port = usual
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            guard let number = UInt16(text[text.index(after: colon)...]) else {
                throw InvalidText("\(text): a port is a number up to 65535")
            }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw InvalidText("\(text): the host is missing") }
        return (String(host), port)
    }

    /// The value of the `Host` field.
    package var authority: String {
        (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }

    package var url: String {
        let scheme = Self.schemes.first { $0.1 == transport && $0.2 == layer }?.name ?? transport.rawValue
        return "\(scheme)://\(authority)\(path)"
    }
}

/// What is wrong with a text that an operator wrote.
package struct InvalidText: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
