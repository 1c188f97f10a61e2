/// TLS between a socket and its owner. Knows the engine and the socket's buffers; whom to trust stands in the engine.
package import Bytes
package import Reactor
package import TLSWire

package class TLSLayer: StreamLayer {
    /// Nil as long as there is nothing for it to do.
    package final private(set) var engine: TLSEngine?
    /// Why nothing crosses any more; nil for the end of the connection below.
    package final private(set) var failure: TLSFailure?

    /// Bytes for a peer that makes us answer without reading, as with refused renegotiations. A handshake's flight with
    /// long chains of certificates has 20 KB.
    private static let maxWaiting = 256 << 10

    package init(_ engine: TLSEngine?) {
        self.engine = engine
        super.init()
    }

    final func take(_ engine: TLSEngine) { self.engine = engine }

    package override func begin(pool: BufferPool) {
        do throws(TLSFailure) {
            try engine?.begin(output: &sealed, pool: pool)
        } catch {
            fail(error)
        }
    }

    package override func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        guard let engine else { return }
        do throws(TLSFailure) {
            try engine.receive(wire, plain: &plain, output: &sealed, pool: pool)
        } catch {
            fail(error)
        }
        if sealed.count > Self.maxWaiting { isBroken = true }
        guard engine.phase != .established || !isReady else { return }
        isReady = engine.isEstablished
        hasEnded = engine.phase == .peerFinished
    }

    package override func seal(_ plain: Span<UInt8>, pool: BufferPool) {
        do throws(TLSFailure) {
            try engine?.send(plain, output: &sealed, pool: pool)
        } catch {
            fail(error)
        }
    }

    package override func sealEnd(pool: BufferPool) { engine?.finish(output: &sealed, pool: pool) }

    final func fail(_ failure: TLSFailure) {
        self.failure = failure
        isBroken = true
    }

    /// What went wrong, for a log; nil when nothing of TLS did.
    package var trouble: String? { failure?.sentence }
}
