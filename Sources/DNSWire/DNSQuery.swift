/// A question to a name server (RFC 1035 section 4.1) and the bytes it leaves in. Knows no server and no time.
package struct DNSQuery: Hashable, Sendable {
    package enum Kind: UInt16, Sendable {
        // RFC 1035 section 3.2.2, RFC 3596, RFC 2782.
        case ipv4 = 1
        case ipv6 = 28
        case service = 33
    }

    package let name: DNSName
    package let kind: Kind

    /// Bytes of an answer that may come in one datagram (RFC 6891): what passes every network unfragmented, as DNS software
    /// has agreed since 2020. A longer answer is fetched over TCP.
    package static let datagramSize: UInt16 = 1_232

    package init(_ name: DNSName, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The message, which asks for recursion.
    /// - Parameter isExtended: says how much may come at once; very old servers do not understand that.
    package func bytes(id: UInt16, isExtended: Bool = true) -> [UInt8] {
        var message = Self.pair(id) + [0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, isExtended ? 1 : 0]
        message += name.wire + Self.pair(kind.rawValue) + Self.pair(DNSQuery.internet)
        guard isExtended else { return message }
        // OPT (RFC 6891 section 6.1.2): the root, type 41, our size, no flags, no options.
        message += [0] + Self.pair(41) + Self.pair(Self.datagramSize) + [0, 0, 0, 0, 0, 0]
        return message
    }

    static let internet: UInt16 = 1

    private static func pair(_ number: UInt16) -> [UInt8] {
        [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
    }
}
