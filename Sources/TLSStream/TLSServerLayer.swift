/// TLS in front of a browser. A handshake is taken up when the client's first message has come as a whole, and is one of
/// those that `Handshakes` bounds. Knows when; the message's form is `ClientHello`'s.
package import Bytes
package import Reactor
package import TLSWire

package final class TLSServerLayer: TLSLayer {
    private let server: TLSServer
    private let handshakes: Handshakes
    private unowned let socket: StreamSocket
    private var hello = ClientHello()
    private var kept = ByteBuffer()
    /// There while the handshake is under way.
    private var place: Handshakes.Place?

    /// - Parameter socket: whose layer it becomes. Whoever takes the connection over does so after the handshake.
    package init(_ server: TLSServer, for socket: StreamSocket, among handshakes: Handshakes) {
        self.server = server
        self.socket = socket
        self.handshakes = handshakes
        super.init(nil)
    }

    /// A byte has come.
    package var hasBegun: Bool { engine != nil || isBroken || !kept.isEmpty }

    package override func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        if engine == nil {
            collect(wire, to: &plain, pool: pool)
        } else {
            super.unseal(wire, to: &plain, pool: pool)
        }
        if place != nil && (isReady || isBroken) { place = nil }
    }

    private func collect(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {
        guard !isBroken else { return }
        // As a rule all of it comes at once.
        if kept.isEmpty, goOn(wire, to: &plain, pool: pool) { return }
        kept.append(wire, pool: pool)
        guard kept.count > wire.count else { return }
        var whole = ByteBuffer()
        swap(&whole, &kept)
        if whole.withSpan({ goOn($0, to: &plain, pool: pool) }) { whole.release(to: pool) } else { swap(&whole, &kept) }
    }

    /// False when more has to come.
    private func goOn(_ bytes: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) -> Bool {
        do throws(TLSFailure) {
            guard try hello.next(bytes) == .whole else { return false }
        } catch {
            fail(error)
            return true
        }
        place = handshakes.enter(socket)
        take(TLSEngine(server: server))
        super.unseal(bytes, to: &plain, pool: pool)
        return true
    }
}
