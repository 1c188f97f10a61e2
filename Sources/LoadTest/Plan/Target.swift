/// Where the load goes, as one URL says it: `ws://host:port/path`, `http://host:port/path` for BOSH, `tcp://host:port` for a
/// plain client connection. Knows the text; resolves and connects nothing.
package struct Target: Codable, Equatable, Sendable {
    package enum Transport: String, Codable, Sendable {
        case webSocket = "ws"
        case bosh = "http"
        case tcp
    }

    package var transport: Transport
    package var host: String
    package var port: UInt16
    /// For WebSocket and BOSH.
    package var path: String

    /// - Throws: a sentence that says what is wrong.
    package init(_ text: String) throws(InvalidText) {
        guard let mark = text.firstRange(of: "://") else {
            throw InvalidText("\(text): expected ws://, http:// or tcp:// and a host")
        }
        switch text[..<mark.lowerBound] {
        case "ws": transport = .webSocket
        case "http": transport = .bosh
        case "tcp", "xmpp": transport = .tcp
        default: throw InvalidText("\(text): the transport is ws, http (BOSH) or tcp")
        }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count))
        if path.isEmpty { path = transport == .webSocket ? "/ws" : transport == .bosh ? "/http-bind" : "" }
        let usual: UInt16 = transport == .tcp ? 5222 : 5280
        (host, port) = try Self.split(authority, usual: usual)
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

    package var url: String { "\(transport.rawValue)://\(authority)\(path)" }
}

/// What is wrong with a text that an operator wrote.
package struct InvalidText: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
