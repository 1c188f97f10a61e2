/// The fields of a version 1 line (section 2.1). Strict: single spaces, no leading zeros, both addresses of the family.
internal import Bytes

enum ProxyLine {
    /// - Parameter fields: what stands between `PROXY ` and the line end.
    static func read(_ fields: Span<UInt8>) throws(ProxyFailure) -> ProxyHeader {
        let space = UInt8(ascii: " ")
        var ranges: [Range<Int>] = []
        var start = 0
        while ranges.count < 6 {
            let end = ASCII.firstIndex(of: space, in: fields, from: start) ?? fields.count
            ranges.append(start..<end)
            if end == fields.count { break }
            start = end + 1
        }
        let family = fields.extracting(ranges[0])
        // The rest of the line has no meaning then.
        if ASCII.equal(family, "UNKNOWN") { return ProxyHeader() }
        let isIPv4 = ASCII.equal(family, "TCP4")
        guard isIPv4 || ASCII.equal(family, "TCP6"), ranges.count == 5 else { throw .line }
        guard let source = address(fields.extracting(ranges[1]), isIPv4: isIPv4),
            let destination = address(fields.extracting(ranges[2]), isIPv4: isIPv4),
            let sourcePort = port(fields.extracting(ranges[3])),
            let destinationPort = port(fields.extracting(ranges[4]))
        else { throw .line }
        return ProxyHeader(
            endpoints: ProxyHeader.Endpoints(
                source: source, sourcePort: sourcePort, destination: destination, destinationPort: destinationPort))
    }

    private static func address(_ text: Span<UInt8>, isIPv4: Bool) -> IPAddress? {
        let hasColon = ASCII.firstIndex(of: UInt8(ascii: ":"), in: text) != nil
        return hasColon == isIPv4 ? nil : IPAddress(text)
    }

    private static func port(_ text: Span<UInt8>) -> UInt16? {
        guard (1...5).contains(text.count), text.count == 1 || text[0] != UInt8(ascii: "0") else { return nil }
        var number: UInt32 = 0
        for index in text.indices {
            guard text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + UInt32(text[index] - UInt8(ascii: "0"))
        }
        return UInt16(exactly: number)
    }
}
