/// What stands between a stream socket's owner and the wire: encryption, or what leads to it. Knows bytes; the socket moves
/// them. One that is not ready keeps the owner's bytes back, so that nothing leaves too early.
public import Bytes

open class StreamLayer {
    /// Bytes for the wire that wait to leave; the layer appends, the socket sends.
    public final var sealed = ByteBuffer()
    /// Bytes of the wire that came before the layer was there, or that it has put back (`StreamSocket.takeUpLayer`).
    public final var early = ByteBuffer()
    /// The owner's bytes may cross.
    public final var isReady = false
    /// The peer has said, in the layer's own words, that nothing follows.
    public final var hasEnded = false
    /// Nothing crosses any more; what waits in `sealed` may tell the peer why.
    public final var isBroken = false

    public init() {}

    /// Something is to be told or taken up without anything new from the wire.
    final var needsATurn: Bool { hasEnded || isBroken || !early.isEmpty }

    /// The connection stands: says the first words, if they are ours to say.
    open func begin(pool: BufferPool) {}

    /// Takes all of `wire`; appends what it means to `plain`.
    open func unseal(_ wire: Span<UInt8>, to plain: inout ByteBuffer, pool: BufferPool) {}

    /// Appends the wire's form of `plain` to `sealed`. Called when ready.
    open func seal(_ plain: Span<UInt8>, pool: BufferPool) {}

    /// Appends to `sealed` that nothing follows. Called when ready, once.
    open func sealEnd(pool: BufferPool) {}

    /// The socket closes: nothing is asked of the layer any more.
    open func parted() {}
}
