/// Which name server to ask, as configured. Knows an address; asks nobody.
internal import Bytes
package import Reactor

package struct NameServerSetting: Sendable, Equatable, CustomStringConvertible {
    /// Nil for those that the system is set to (resolv.conf).
    package let address: SocketAddress?

    package static let system = NameServerSetting(address: nil)
    package static let form = "an address, such as 127.0.0.1 or [::1]:53, or system"

    private static let systemWord = "system"
    private static let defaultPort: UInt16 = 53

    private init(address: SocketAddress?) {
        self.address = address
    }

    package init?(_ text: String) {
        if text.isEmpty || text == Self.systemWord {
            self = .system
            return
        }
        let literal = IPAddress(text).map { SocketAddress($0, port: Self.defaultPort) }
        let written = HostAndPort(text, defaultPort: Self.defaultPort).flatMap { server in
            server.port == 0 ? nil : IPAddress(server.host).map { SocketAddress($0, port: server.port) }
        }
        guard let address = literal ?? written else { return nil }
        self.address = address
    }

    package var description: String { address.map(\.description) ?? Self.systemWord }
}
