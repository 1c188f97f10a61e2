import Bytes
import WebSocketWire

/// Reads as much of an HTTP request head as a handshake needs, from a client that is a test suite. Knows lines and
/// colons; everything else of HTTP is left to the product.
struct RequestHead {
    /// Bytes of the head with its empty line, nil while it is incomplete.
    private(set) var size: Int?
    private(set) var upgrade = UpgradeRequest(isGET: false, minorVersion: 1, hasHost: true, hasBody: false)

    init(_ input: Span<UInt8>) {
        let text = String(reading: input)
        guard let end = text.utf8.firstRange(of: "\r\n\r\n".utf8) else { return }
        size = text.utf8.distance(from: text.startIndex, to: end.upperBound)
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let isGET = lines.first?.hasPrefix("GET ") ?? false
        upgrade = UpgradeRequest(isGET: isGET, minorVersion: 1, hasHost: true, hasBody: false)
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].utf8.drop { $0 == UInt8(ascii: " ") }
            upgrade.add(name: Array(parts[0].utf8).span, value: Array(value).span)
        }
    }
}
