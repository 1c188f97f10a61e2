/// The addresses and TLVs of a complete version 2 header (section 2.2).
internal import Bytes

enum BinaryHeader {
    /// - Parameter bytes: the whole header, whose fixed part was checked.
    static func read(_ bytes: Span<UInt8>) throws(ProxyFailure) -> ProxyHeader {
        let isLocal = bytes[12] & 0x0F == 0
        // Whatever a health check carries is passed over.
        if isLocal { return ProxyHeader() }
        let family = bytes[13] >> 4
        let sizes: [Int] = [0, 12, 36, 216]
        let attributes = ProxyHeaderDecoder.fixedSize + sizes[Int(family & 3)]
        guard attributes <= bytes.count else { throw .tooShort }
        var header = ProxyHeader(endpoints: endpoints(bytes, family))
        try readAttributes(bytes, from: attributes, into: &header)
        return header
    }

    /// Only TCP: a datagram or a path says nothing about a client of ours.
    private static func endpoints(_ bytes: Span<UInt8>, _ family: UInt8) -> ProxyHeader.Endpoints? {
        guard bytes[13] & 0x0F == 1 else { return nil }
        switch family {
        case 1:
            return ProxyHeader.Endpoints(
                source: IPAddress(ipv4: UInt32(truncatingIfNeeded: number(bytes, 16, 4))),
                sourcePort: UInt16(truncatingIfNeeded: number(bytes, 24, 2)),
                destination: IPAddress(ipv4: UInt32(truncatingIfNeeded: number(bytes, 20, 4))),
                destinationPort: UInt16(truncatingIfNeeded: number(bytes, 26, 2)))
        case 2:
            return ProxyHeader.Endpoints(
                source: IPAddress(high: number(bytes, 16, 8), low: number(bytes, 24, 8)),
                sourcePort: UInt16(truncatingIfNeeded: number(bytes, 48, 2)),
                destination: IPAddress(high: number(bytes, 32, 8), low: number(bytes, 40, 8)),
                destinationPort: UInt16(truncatingIfNeeded: number(bytes, 50, 2)))
        default:
            return nil
        }
    }

    private static func readAttributes(
        _ bytes: Span<UInt8>, from start: Int, into header: inout ProxyHeader
    ) throws(ProxyFailure) {
        var rest = Attributes(place: start)
        while let (type, value) = try rest.next(bytes) {
            switch type {
            case AttributeType.authority: header.authority = Array(copying: bytes.extracting(value))
            case AttributeType.uniqueID: header.uniqueID = Array(copying: bytes.extracting(value))
            case AttributeType.tls: header.tls = try tls(bytes.extracting(value))
            case AttributeType.crc32c:
                guard value.count == 4 else { throw .attribute }
                let expected = UInt32(truncatingIfNeeded: number(bytes, value.lowerBound, 4))
                guard CRC32C.of(bytes, zeroing: value) == expected else { throw .checksum }
            default: break
            }
        }
    }

    /// Nil when the client did not come over TLS.
    private static func tls(_ bytes: Span<UInt8>) throws(ProxyFailure) -> ProxyHeader.TLSFacts? {
        guard bytes.count >= 5 else { throw .attribute }
        // PP2_CLIENT_SSL.
        guard bytes[0] & 1 != 0 else { return nil }
        var facts = ProxyHeader.TLSFacts()
        var rest = Attributes(place: 5)
        while let (type, value) = try rest.next(bytes) {
            if type == AttributeType.tlsVersion { facts.version = Array(copying: bytes.extracting(value)) }
            if type == AttributeType.tlsCipher { facts.cipher = Array(copying: bytes.extracting(value)) }
        }
        return facts
    }

    /// Goes from TLV to TLV.
    private struct Attributes {
        var place: Int

        mutating func next(_ bytes: Span<UInt8>) throws(ProxyFailure) -> (type: UInt8, value: Range<Int>)? {
            if place == bytes.count { return nil }
            guard bytes.count - place >= 3 else { throw .attribute }
            let size = Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
            guard bytes.count - place - 3 >= size else { throw .attribute }
            let type = bytes[place]
            let start = place + 3
            place = start + size
            return (type, start..<place)
        }
    }

    /// In network order.
    private static func number(_ bytes: Span<UInt8>, _ place: Int, _ size: Int) -> UInt64 {
        var result: UInt64 = 0
        for index in place..<place + size { result = result << 8 | UInt64(bytes[index]) }
        return result
    }
}
