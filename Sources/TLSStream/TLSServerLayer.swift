/// TLS in front of a browser. A handshake is taken up when the client's first message has come as a whole, and has
/// a place among those that `Handshakes` lets in. Knows when; the message's form is `ClientHello`'s.
package import Bytes
package import Reactor
package import TLSWire

package final class TLSServerLayer: TLSLayer {
    private let server: TLSServer
    private let handshakes: Handshakes
    private unowned let socket: StreamSocket
    private var hello = ClientHello()
    private var kept = ByteBuffer()
    /// There from a whole message to the end of the handshake.
    private var place: Handshakes.Place?

    /// Bytes that may wait with the message: nobody sends more before the server has spoken.
    private static let maxWaiting = 32 << 10

    /// - Parameter socket: whose layer it becomes. Whoever takes the connection over does so after the handshake.
    package init(_ server: TLSServer, for socket: StreamSocket, among handshakes: Handshakes) {
        self.server = server
        self.socket = socket
        self.handshakes = handshakes
        super.init(nil)
    }

    /// A byte has come.
    package var hasBegun: Bool { engine != nil || isBroken || place != nil || !kept.isEmpty }

    package override func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        if engine != nil {
            super.unseal(wire, to: &plain, pool: pool)
        } else if let place {
            goOn(wire, at: place, to: &plain, pool: pool)
        } else if !isBroken {
            collect(wire, to: &plain, pool: pool)
        }
        if isReady || isBroken { leave() }
    }

    package override func parted() { leave() }

    private func leave() {
        guard let place else { return }
        place.leave()
        self.place = nil
    }

    private func collect(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        // As a rule all of it comes at once.
        if kept.isEmpty, look(wire, to: &plain, pool: pool) { return }
        kept.append(wire, pool: pool)
        guard kept.count > wire.count else { return }
        var whole = ByteBuffer()
        swap(&whole, &kept)
        if whole.withSpan({ look($0, to: &plain, pool: pool) }) { whole.release(to: pool) } else { swap(&whole, &kept) }
    }

    /// False when more has to come.
    private func look(_ bytes: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) -> Bool {
        do throws(TLSFailure) {
            guard try hello.next(bytes) == .whole else { return false }
        } catch {
            fail(error)
            return true
        }
        let place = handshakes.enter(socket)
        self.place = place
        goOn(bytes, at: place, to: &plain, pool: pool)
        return true
    }

    /// - Parameter bytes: the whole message, or what came while it waits.
    private func goOn(
        _ bytes: Span<UInt8>, at place: Handshakes.Place, to plain: inout ByteBuffer, pool: BufferPool
    ) {
        guard place.isUnderWay else {
            early.append(bytes, pool: pool)
            if early.count > Self.maxWaiting { isBroken = true }
            return
        }
        take(TLSEngine(server: server))
        super.unseal(bytes, to: &plain, pool: pool)
    }
}
