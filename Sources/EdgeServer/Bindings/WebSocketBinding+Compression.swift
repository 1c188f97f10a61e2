/// Messages that cross compressed (permessage-deflate, RFC 7692). Knows when compressing is worth it and safe; the
/// compressed form is the codec's business.
internal import Bytes
internal import Reactor
internal import WebSocketWire
internal import XMPPWire

extension WebSocketBinding {
    /// Plain bytes of compressed messages after which a browser has to wait for the next turn: a few kilobytes on the
    /// wire can become megabytes to check, and others want to be served as well.
    private static let inflatedPerTurn = 256 << 10

    // MARK: From the browser

    /// A whole compressed message: what it becomes is limited while it is inflated.
    func takeDeflated(_ bytes: Span<UInt8>) {
        guard let session, let codec else { return }
        var plain = ByteBuffer()
        do throws(FrameFailure) {
            try codec.inflater.inflate(bytes, isText: true, limits: decoder.limits, to: &plain, pool: loop.pool)
        } catch {
            plain.release(to: loop.pool)
            return frameFailed(error)
        }
        inflatedThisTurn &+= UInt32(clamping: plain.count)
        plain.withSpan { session.clientSent($0) }
        plain.release(to: loop.pool)
        // Who pauses the reading for another reason also resumes it.
        if inflatedThisTurn > Self.inflatedPerTurn && isOpen && !isReadingPaused && !isLingering { rest() }
    }

    private func rest() {
        isResting = true
        pauseReading()
        tellWhenDrained()
    }

    // MARK: Towards the browser

    /// Compresses from now on what is large enough. Before login nothing is: secrets must not shrink together with what
    /// others may have written (RFC 7692 section 8).
    func startDeflating() {
        guard codec != nil else { return }
        deflatesFrom = UInt32(clamping: worker.settings.compression.threshold)
    }

    /// Sends an element compressed.
    func deflate(_ cut: ElementCut, from input: Span<UInt8>, of source: ClientStream) {
        var plain = ByteBuffer()
        source.write(cut, from: input, to: &plain)
        plain.withSpan { deflate($0) }
        plain.release(to: loop.pool)
    }

    /// Sends a message compressed, if this makes it smaller.
    func deflate(_ text: Span<UInt8>) {
        guard let codec else { return }
        codec.deflater.withDeflated(text, pool: loop.pool) { packed in
            let isSmaller = packed.count < text.count || codec.mustSend
            FrameEncoder.append(
                .text, payload: isSmaller ? packed : text, isCompressed: isSmaller, to: &outbound, pool: loop.pool)
        }
    }
}
