/// What a session's server is told of its client. Knows the session's facts; the bytes are the wire's business.
internal import Bytes
internal import ProxyWire
internal import Reactor

extension SessionRecord {
    /// The header in front of the stream. A client whose address nobody knows gives one without endpoints.
    var proxyHeader: ProxyHeader {
        guard let source = peer.ip else { return ProxyHeader() }
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
}
