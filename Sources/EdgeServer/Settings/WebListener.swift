/// A public listener as configured: where it waits and what is spoken there before HTTP. Knows the written form; opens
/// nothing.
package struct WebListener: Sendable, Hashable {
    package var address: ListenAddress
    /// A proxy in front says first for whom it speaks (PROXY protocol); who does not is turned away.
    package var takesProxyHeader = false
    /// TLS comes before HTTP (https and wss), behind the PROXY header where there is one.
    package var speaksTLS = false
    /// The operator's leave to take passwords in clear from a network (`ClearListening`).
    package var isPlain = false

    package init(
        _ address: ListenAddress, takesProxyHeader: Bool = false, speaksTLS: Bool = false, isPlain: Bool = false
    ) {
        self.address = address
        self.takesProxyHeader = takesProxyHeader
        self.speaksTLS = speaksTLS
        self.isPlain = isPlain
    }

    package static func tcp(host: String, port: UInt16) -> WebListener { WebListener(.tcp(host: host, port: port)) }
    package static func unix(path: String) -> WebListener { WebListener(.unix(path: path)) }

    private static let proxyWord = "proxy"
    private static let tlsWord = "tls"
    private static let plainWord = "plain"

    /// What a written one may look like, for messages.
    package static let forms = "\(ListenAddress.forms), with \(tlsWord), \(plainWord) or \(proxyWord) behind it"

    /// Reads an address and the words behind it.
    package init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let first = words.first, let address = ListenAddress(String(first)) else { return nil }
        self.init(address)
        for word in words.dropFirst() {
            switch word {
            case Self.proxyWord where !takesProxyHeader: takesProxyHeader = true
            case Self.tlsWord where !speaksTLS && !isPlain: speaksTLS = true
            case Self.plainWord where !isPlain && !speaksTLS: isPlain = true
            default: return nil
            }
        }
    }
}

extension WebListener: CustomStringConvertible {
    package var description: String {
        let words = [(takesProxyHeader, Self.proxyWord), (speaksTLS, Self.tlsWord), (isPlain, Self.plainWord)]
        return ([address.description] + words.filter(\.0).map(\.1)).joined(separator: " ")
    }
}
