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

    fileprivate init(
        deflater: MessageDeflater, inflater: MessageInflater, mustSend: Bool = false, lease: WindowMemory.Lease? = nil
    ) {
        self.deflater = deflater
        self.inflater = inflater
        self.mustSend = mustSend
        self.lease = lease
    }
}

/// One thread's codecs. Sessions that keep no window share one for each size of the server's window, made when the first
/// session wants it.
final class MessageCodecs {
    private var shared = [MessageCodec?](repeating: nil, count: 16)
    private let sharedInflater = MessageInflater(forgets: true)

    /// The codec for what was agreed on, nil when memory runs out.
    /// - Parameter lease: for the windows; given back when none is kept.
    func codec(for agreement: DeflateAgreement, _ lease: WindowMemory.Lease?) -> MessageCodec? {
        let bits = agreement.serverWindowBits ?? 15
        guard let common = common(bits) else { return nil }
        if agreement.serverForgets && agreement.clientForgets { return common }
        let deflater =
            agreement.serverForgets ? common.deflater : MessageDeflater(forgets: false, windowBits: bits)
        let inflater =
            agreement.clientForgets
            ? common.inflater : MessageInflater(forgets: false, windowBits: agreement.clientWindowBits ?? 15)
        guard let deflater, let inflater else { return nil }
        return MessageCodec(
            deflater: deflater, inflater: inflater, mustSend: !agreement.serverForgets, lease: lease)
    }

    private func common(_ bits: Int) -> MessageCodec? {
        if let codec = shared[bits] { return codec }
        guard let sharedInflater, let deflater = MessageDeflater(forgets: true, windowBits: bits) else { return nil }
        let codec = MessageCodec(deflater: deflater, inflater: sharedInflater)
        shared[bits] = codec
        return codec
    }
}
