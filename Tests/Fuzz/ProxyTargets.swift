/// Fuzz entries for what proxies say: PROXY headers, and the chain in Forwarded and X-Forwarded-For.
import Bytes
import HTTPWire
import ProxyWire

/// A header is the same however it comes, its length is its own, and what is read is written the same way again.
enum ProxyHeaderTarget: FuzzTarget {
    static let name = "proxy-header"
    static let dictionary = [
        "PROXY ", "TCP4 ", "TCP6 ", "UNKNOWN", "\r\n", "192.0.2.1 ", "2001:db8::1 ", "65535", "\r\n\r\n\0\r\nQUIT\n",
        "\u{20}",
        "\u{3}\0\u{4}",
    ]
    static let seeds: [[UInt8]] = {
        let address = IPAddress(ipv4: 0xC000_0201)
        var header = ProxyHeader(
            endpoints: ProxyHeader.Endpoints(
                source: address, sourcePort: 1, destination: IPAddress(high: 1, low: 2), destinationPort: 2))
        header.authority = Array("a".utf8)
        header.uniqueID = Array("b".utf8)
        header.tls = ProxyHeader.TLSFacts(version: Array("TLSv1.3".utf8), cipher: Array("c".utf8))
        return [header.bytes(.v1), header.bytes(.v2), ProxyHeader().bytes(.v1), ProxyHeader().bytes(.v2)]
    }()

    static func run(_ bytes: [UInt8]) {
        guard let step = try? ProxyHeaderDecoder.next(bytes.span), case .header(let header, let used) = step else {
            return
        }
        precondition(used > 0 && used <= bytes.count, "used more than came")
        for cut in 0..<used {
            let part = Array(bytes[..<cut])
            let step = try? ProxyHeaderDecoder.next(part.span)
            precondition(step == .needMore, "a header that is cut is not waited for")
        }
        guard header.endpoints != nil else { return }
        let line = header.bytes(.v1)
        let again = try? ProxyHeaderDecoder.next(line.span)
        guard case .header(let copy, _)? = again else { preconditionFailure("our own line is not read") }
        precondition(copy.endpoints == header.endpoints, "our own line says something else")
    }
}

/// The walk ends at an address that was written there or at the peer, and never believes what is left of a stranger.
enum ForwardedTarget: FuzzTarget {
    static let name = "forwarded"
    static let dictionary = [
        "for=", "for=\"", "\"", "\\", ";", ",", "proto=https", "host=a", "unknown", "_x", "[::1]", ":80", "10.0.0.1",
        "9.9.9.9",
        "\r\nForwarded: ", "\r\nX-Forwarded-For: ", "\r\nX-Forwarded-Proto: https", "\r\nX-Forwarded-Host: a",
    ]
    static let seeds = [
        "for=9.9.9.9;proto=https;host=\"a:1\", for=\"[2001:db8::1]:4711\", for=unknown, for=10.0.0.1",
        "a\r\nX-Forwarded-For: 1.2.3.4, 9.9.9.9:1, 10.0.0.1\r\nX-Forwarded-Proto: http, https\r\nX-Forwarded-Host: b",
    ].map { Array($0.utf8) }

    static func run(_ bytes: [UInt8]) {
        let text = Array("GET / HTTP/1.1\r\nHost: a\r\nForwarded: ".utf8) + bytes + Array("\r\n\r\n".utf8)
        var decoder = RequestDecoder(limits: HTTPLimits())
        var head = RequestHead()
        guard let step = try? decoder.next(text.span, head: &head), case .head = step else { return }
        guard let proxies = IPNetwork("10.0.0.0/8"), let peer = IPAddress("10.255.0.1") else { return }
        for field in ForwardedOrigin.Field.allCases {
            let nobody = ForwardedOrigin(head, field: field, peer: peer) { _ in false }
            let some = ForwardedOrigin(head, field: field, peer: peer) { proxies.contains($0) }
            let all = ForwardedOrigin(head, field: field, peer: peer) { _ in true }
            precondition(nobody.address != nil && some.address != nil && all.address != nil, "an address got lost")
            if let first = nobody.address, !proxies.contains(first) {
                precondition(some == nobody, "a stranger was believed")
            }
        }
    }
}
