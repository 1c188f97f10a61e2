/// Writes the header that goes in front of everything else on a connection.
internal import Bytes

extension ProxyHeader {
    package func bytes(_ version: ProxyVersion) -> [UInt8] {
        switch version {
        case .v1: Array(line.utf8)
        case .v2: binary
        }
    }

    /// Without endpoints it says that the sender speaks for itself, as well as version 1 can.
    private var line: String {
        guard let endpoints else { return "PROXY UNKNOWN\r\n" }
        let ports = "\(endpoints.sourcePort) \(endpoints.destinationPort)\r\n"
        if endpoints.areIPv4 { return "PROXY TCP4 \(endpoints.source) \(endpoints.destination) \(ports)" }
        return "PROXY TCP6 \(endpoints.source.ipv6Text) \(endpoints.destination.ipv6Text) \(ports)"
    }

    private var binary: [UInt8] {
        var body: [UInt8] = []
        var family: UInt8 = 0
        if let endpoints {
            family = endpoints.areIPv4 ? 0x11 : 0x21
            for address in [endpoints.source, endpoints.destination] {
                if endpoints.areIPv4 {
                    body.append(number: UInt64(address.ipv4 ?? 0), size: 4)
                } else {
                    body.append(number: address.high, size: 8)
                    body.append(number: address.low, size: 8)
                }
            }
            body.append(number: UInt64(endpoints.sourcePort), size: 2)
            body.append(number: UInt64(endpoints.destinationPort), size: 2)
            body += attributes
        }
        // LOCAL without endpoints: a health check, or a client whose address nobody knows.
        var header = ProxyHeaderDecoder.signature + [endpoints == nil ? 0x20 : 0x21, family]
        header.append(number: UInt64(body.count), size: 2)
        return header + body
    }

    private var attributes: [UInt8] {
        var result: [UInt8] = []
        if let authority { result.append(attribute: AttributeType.authority, authority, limit: 255) }
        if let uniqueID { result.append(attribute: AttributeType.uniqueID, uniqueID, limit: 128) }
        if let tls {
            // The client came over TLS and showed no certificate (PP2_CLIENT_SSL alone; verify is not 0 then).
            var value: [UInt8] = [0x01, 0, 0, 0, 1]
            if !tls.version.isEmpty { value.append(attribute: AttributeType.tlsVersion, tls.version, limit: 64) }
            if !tls.cipher.isEmpty { value.append(attribute: AttributeType.tlsCipher, tls.cipher, limit: 64) }
            result.append(attribute: AttributeType.tls, value, limit: 255)
        }
        return result
    }
}

extension ProxyHeader.Endpoints {
    /// A mixture of families goes out as IPv6, the IPv4 address mapped: version 1 and 2 have one family a header.
    fileprivate var areIPv4: Bool { source.ipv4 != nil && destination.ipv4 != nil }
}

extension Array where Element == UInt8 {
    /// In network order.
    fileprivate mutating func append(number: UInt64, size: Int) {
        for place in (0..<size).reversed() { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
    }

    /// - Parameter limit: what is longer says nothing and is left out.
    fileprivate mutating func append(attribute type: UInt8, _ value: [UInt8], limit: Int) {
        guard value.count <= limit else { return }
        append(type)
        append(number: UInt64(value.count), size: 2)
        self += value
    }
}
