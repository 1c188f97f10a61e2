/// Where a listener waits: a TCP address or a Unix-domain socket. Knows the written form; resolves and opens nothing.
internal import Bytes
package import Reactor

package enum ListenAddress: Sendable, Hashable {
    case tcp(host: String, port: UInt16)
    case unix(path: String)
    /// Sockets that systemd has opened, those of a name or all of them.
    case systemd(name: String?)

    /// What a written address may look like, for messages.
    package static let forms = "HOST:PORT, [IPV6]:PORT or unix:/PATH"

    private static let systemdWord = "systemd"

    /// Reads `127.0.0.1:5280`, `[::1]:5280`, `*:5280` (every IPv4 address), `unix:/run/edge.sock`, `systemd` or `systemd:web`.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            guard path.hasPrefix("/"), path.utf8.count > 1 else { return nil }
            self = .unix(path: String(path))
            return
        }
        if text == Self.systemdWord || text.hasPrefix(Self.systemdWord + ":") {
            let name = text.dropFirst(Self.systemdWord.count + 1)
            guard text == Self.systemdWord || !name.isEmpty else { return nil }
            self = .systemd(name: name.isEmpty ? nil : String(name))
            return
        }
        guard let address = HostAndPort(text) else { return nil }
        self = .tcp(host: address.host == "*" ? "0.0.0.0" : address.host, port: address.port)
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): HostAndPort(host: host, port: port).description
        case .unix(let path): "unix:\(path)"
        case .systemd(let name): Self.systemdWord + (name.map { ":\($0)" } ?? "")
        }
    }
}

extension ListenAddress {
    /// Whether only this machine can connect to it; nil for a name or a socket of systemd, which is known once it is open.
    package var isHere: Bool? {
        switch self {
        case .tcp(let host, let port): IPAddress(host).map { SocketAddress($0, port: port).isLoopback }
        case .unix: true
        case .systemd: nil
        }
    }

    /// The same, with what the kernel gave where a port of 0 or a name was asked for.
    package func text(bound: SocketAddress) -> String {
        switch self {
        case .tcp, .systemd: bound.description
        case .unix: description
        }
    }
}

/// A host (name or literal address) and a port as people write them. IPv6 literals stand in brackets.
package struct HostAndPort: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Parameter defaultPort: taken when the text has none; nil when it has to have one.
    package init?(_ text: String, defaultPort: UInt16? = nil) {
        let hostText: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            hostText = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard hostText.contains(":") else { return nil }
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            hostText = text[..<colon]
            rest = text[colon...]
        }
        guard Self.isHost(hostText), let port = Self.port(in: rest, default: defaultPort) else { return nil }
        self.init(host: String(hostText), port: port)
    }

    private static func port(in rest: Substring, default defaultPort: UInt16?) -> UInt16? {
        if rest.isEmpty { return defaultPort }
        let digits = rest.dropFirst()
        guard rest.first == ":", !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt16(digits)
    }

    /// No full check, the resolver does that: only what makes a mistyped line certain.
    private static func isHost(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
