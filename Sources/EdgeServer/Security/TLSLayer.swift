/// TLS between a socket and its owner. Knows the engine and the socket's buffers; whom to trust stands in the engine.
internal import Bytes
internal import Reactor
internal import TLSWire
internal import XMPPWire

class TLSLayer: StreamLayer {
    final let engine: TLSEngine
    /// Why nothing crosses any more; nil for the end of the connection below.
    final private(set) var failure: TLSFailure?

    /// Bytes for a peer that makes us answer without reading, as with refused renegotiations. A handshake's flight with
    /// long chains of certificates has 20 KB.
    private static let maxWaiting = 256 << 10

    init(_ engine: TLSEngine) {
        self.engine = engine
        super.init()
    }

    override func begin(pool: BufferPool) {
        do throws(TLSFailure) {
            try engine.begin(output: &sealed, pool: pool)
        } catch {
            fail(error)
        }
    }

    override func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        do throws(TLSFailure) {
            try engine.receive(wire, plain: &plain, output: &sealed, pool: pool)
        } catch {
            fail(error)
        }
        guard engine.phase != .established || !isReady else { return }
        isReady = engine.isEstablished
        hasEnded = engine.phase == .peerFinished
        if sealed.count > Self.maxWaiting { isBroken = true }
    }

    override func seal(_ plain: Span<UInt8>, pool: BufferPool) {
        do throws(TLSFailure) {
            try engine.send(plain, output: &sealed, pool: pool)
        } catch {
            fail(error)
        }
    }

    override func sealEnd(pool: BufferPool) { engine.finish(output: &sealed, pool: pool) }

    private func fail(_ failure: TLSFailure) {
        self.failure = failure
        isBroken = true
    }

    /// What went wrong, for a log; nil when nothing of TLS did.
    var trouble: String? { failure?.sentence }
}

/// TLS on a stream that begins in clear: asks for it first.
final class StartTLSLayer: TLSLayer {
    private let domain: String
    /// Nil once TLS has begun.
    private var negotiation: StartTLSNegotiation? = StartTLSNegotiation()
    private var kept = ByteBuffer()
    private var refusal: StartTLSNegotiation.Failure?

    init(_ engine: TLSEngine, domain: String) {
        self.domain = domain
        super.init(engine)
    }

    override func begin(pool: BufferPool) {
        sealed.append(StartTLSNegotiation.header(to: domain), pool: pool)
    }

    override func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        guard negotiation != nil else { return super.unseal(wire, to: &plain, pool: pool) }
        kept.append(wire, pool: pool)
        do throws(StartTLSNegotiation.Failure) {
            while try step(pool) {}
        } catch {
            refusal = error
            isBroken = true
        }
        if negotiation == nil || isBroken || kept.isEmpty { kept.release(to: pool) }
    }

    /// Whether to look on.
    private func step(_ pool: BufferPool) throws(StartTLSNegotiation.Failure) -> Bool {
        let step = try kept.withSpan { bytes throws(StartTLSNegotiation.Failure) in try negotiation?.next(bytes) }
        switch step {
        case .needMore(let used):
            kept.consume(used)
            return false
        case .ask(let used):
            kept.consume(used)
            sealed.append(StartTLSNegotiation.request, pool: pool)
            return true
        case .proceed, nil:
            negotiation = nil
            super.begin(pool: pool)
            return false
        }
    }

    override var trouble: String? { refusal?.sentence ?? super.trouble }
}
