/// TLS on a stream of XMPP that begins in clear. Knows who speaks when; the words are `StartTLSNegotiation`'s business.
package import Bytes
internal import Reactor
package import TLSWire
internal import XMPPWire

package final class StartTLSLayer: TLSLayer {
    private let domain: String
    /// Nil once TLS has begun.
    private var negotiation: StartTLSNegotiation? = StartTLSNegotiation()
    private var kept = ByteBuffer()
    private var refusal: StartTLSNegotiation.Failure?

    package init(_ engine: TLSEngine, domain: String) {
        self.domain = domain
        super.init(engine)
    }

    package override func begin(pool: BufferPool) {
        sealed.append(StartTLSNegotiation.header(to: domain), pool: pool)
    }

    package override func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
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

    /// The host that the server refers to instead, on whose word nobody knows.
    package var referral: String? {
        if case .referred(let host)? = refusal { host } else { nil }
    }

    package override var trouble: String? { refusal?.sentence ?? super.trouble }
}
