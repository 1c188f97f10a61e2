/// What a session's server is told of its client. Knows the session's facts; the bytes are the wire's business.
internal import Bytes
internal import ProxyWire
internal import Reactor

extension SessionRecord {
    /// The header in front of the stream. A client on a Unix socket is on this machine; without an address the header would
    /// be one that some servers refuse (ejabberd 23.01 closes the connection on LOCAL).
    var proxyHeader: ProxyHeader {
        let source = peer.ip ?? Self.thisMachine
        let destination = approach?.destination
        let unspecified = source.ipv4 == nil ? IPAddress(high: 0, low: 0) : IPAddress(ipv4: 0)
        var header = ProxyHeader(
            endpoints: ProxyHeader.Endpoints(
                source: source, sourcePort: peer.port, destination: destination?.ip ?? unspecified,
                destinationPort: destination?.port ?? 0))
        header.authority = approach?.authority
        header.uniqueID = Array(SessionReport(id: id, client: peer).name.utf8)
        header.tls = approach?.tls
        return header
    }

    /// 127.0.0.1.
    private static let thisMachine = IPAddress(ipv4: 0x7F00_0001)
}
