/// TLS in front of HTTP: how it begins, and what is told of one that never was. Knows the layer; the rest of the connection
/// does not notice it.
internal import Reactor
internal import TLSStream

extension HTTPConnection {
    /// TLS comes before HTTP; false when there is no certificate to show.
    func startTLS() -> Bool {
        guard let layer = worker.security.browserLayer(for: self, among: worker.handshakes) else { return false }
        secure(with: layer)
        return true
    }

    /// Others need the place of this handshake.
    func giveWay() {
        worker.counters.count(.handshakes)
        tellOfHandshake(.displaced)
        close()
    }

    /// The connection ends. Nothing is told where the handshake came to its end, nor of who never said a word.
    /// - Parameter trouble: why, if TLS itself does not know better.
    func tellOfHandshake(_ trouble: HandshakeTrouble) {
        guard let layer = layer as? TLSServerLayer, !layer.isReady, layer.hasBegun else { return }
        worker.handshakeFailed(layer.failure.map(HandshakeTrouble.init) ?? trouble, with: peer, layer.trouble)
    }
}
