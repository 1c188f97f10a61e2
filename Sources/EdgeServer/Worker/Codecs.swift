/// What one thread compresses and decompresses with, for all its connections; each part is made when first wanted. Knows who
/// can share what; does not know frames, HTTP or when a message is worth it.
internal import Deflate
internal import WebSocketWire

final class Codecs {
    /// For BOSH; nil when memory runs out.
    private(set) lazy var bodyDeflater = BodyDeflater()
    private(set) lazy var bodyInflater = BodyInflater()
    /// For WebSockets that keep no window, by the size of the server's window.
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
