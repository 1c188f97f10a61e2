/// The proxies in front that are believed when they say for whom they speak. Knows networks; reads no header.
package import Bytes
package import HTTPWire
package import Reactor

package struct TrustedProxies: Sendable, Equatable {
    package private(set) var networks: [IPNetwork] = []
    /// Whoever can connect to our Unix sockets; their file permissions say who that is.
    package private(set) var trustsUnix = false
    /// The header fields that they set.
    package var field = ForwardedOrigin.Field.xForwarded

    package init() {}

    package static let forms = "an address or network, such as 127.0.0.1 or 10.0.0.0/8, or the word unix"
    private static let unixWord = "unix"

    package init(words: [String]) throws(UnknownWord) {
        for word in words {
            if word == Self.unixWord {
                trustsUnix = true
            } else if let network = IPNetwork(word) {
                networks.append(network)
            } else {
                throw UnknownWord(word: word)
            }
        }
    }

    package struct UnknownWord: Error, Equatable {
        package let word: String
    }

    /// The words that give these.
    package var words: [String] { (trustsUnix ? [Self.unixWord] : []) + networks.map(\.description) }

    /// Nobody is believed, which is the default: a client could send such headers itself.
    package var isEmpty: Bool { networks.isEmpty && !trustsUnix }

    /// All of them are on this machine.
    package var areHere: Bool { networks.allSatisfy { network in Self.here.contains { network.isWithin($0) } } }

    private static let here = ["127.0.0.0/8", "::1"].compactMap { IPNetwork($0) }

    package func contains(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    package func contains(_ address: SocketAddress) -> Bool {
        guard let ip = address.ip else { return trustsUnix }
        return contains(ip)
    }
}
