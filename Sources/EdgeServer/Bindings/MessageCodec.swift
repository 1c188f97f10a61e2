/// The deflater and the inflater of a WebSocket's messages. Knows which sessions can share one; does not know frames or
/// when a message is worth it.
internal import WebSocketWire

final class MessageCodec {
    let deflater: MessageDeflater
    let inflater: MessageInflater
    /// What has been compressed has to be sent, because the next message may refer to it.
    let mustSend: Bool
    /// The memory of windows that are kept.
    private let lease: WindowMemory.Lease?

    init(
        deflater: MessageDeflater, inflater: MessageInflater, mustSend: Bool = false, lease: WindowMemory.Lease? = nil
    ) {
        self.deflater = deflater
        self.inflater = inflater
        self.mustSend = mustSend
        self.lease = lease
    }
}
