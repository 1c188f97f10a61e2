/// BOSH's bodies in gzip, both ways (RFC 9110 section 8.4). Knows codings, limits and what is worth it; the compressed form
/// is the codecs' business.
internal import BOSHWire
internal import Bytes
internal import Deflate
internal import HTTPWire
internal import Reactor

extension HTTPConnection {
    // MARK: Requests

    /// How a request's body is coded, nil when it cannot be read here.
    func bodyCoding(_ head: HTTPWire.RequestHead) -> ContentCoding? {
        let coding = ContentCoding.ofBody(head)
        return coding == .gzip && !worker.settings.compression.bosh ? nil : coding
    }

    /// What a request with another coding could use instead (RFC 9110 section 15.5.16).
    var knownCodings: StaticString { worker.settings.compression.bosh ? "gzip" : "identity" }

    /// The complete body of a request in gzip. What it becomes is limited while it is inflated, as a plain one is.
    func inflate(_ body: Span<UInt8>, _ taker: BodyTaker) {
        var plain = ByteBuffer()
        defer { plain.release(to: loop.pool) }
        let limit = UInt32(clamping: worker.setup.limits.body)
        do throws(Inflater.Failure) {
            guard let inflater = worker.codecs.bodyInflater else { throw .invalid }
            try inflater.inflate(body, limit: limit, to: &plain, pool: loop.pool)
        } catch {
            // Nobody knows whose it is, so no session is touched.
            if error == .tooBig { worker.counters.count(.body) }
            return worker.bosh.refuse(taker.handle, error == .tooBig ? .policyViolation : .badRequest, isLegacy: false)
        }
        plain.withSpan { worker.bosh.take($0, taker.handle, from: taker.caller) }
    }

    // MARK: Answers

    /// Whether the answer to a request may be in gzip.
    func takesGzip(_ head: HTTPWire.RequestHead) -> Bool {
        worker.settings.compression.bosh && ContentCoding.choose(head, hasGzip: true) == .gzip
    }

    /// The last fields and the complete body of an answer.
    /// - Parameter mayShrink: no secret in it could be guessed by its size.
    func append(_ body: Span<UInt8>, mayShrink: Bool, takesGzip: Bool) {
        let compression = worker.settings.compression
        guard mayShrink, compression.bosh, body.count >= compression.threshold else { return append(body) }
        outbound.appendField("Vary", "Accept-Encoding", pool: loop.pool)
        guard takesGzip, let deflater = worker.codecs.bodyDeflater else { return append(body) }
        deflater.withDeflated(body, pool: loop.pool) { packed in
            guard packed.count < body.count else { return append(body) }
            outbound.appendField("Content-Encoding", "gzip", pool: loop.pool)
            append(packed)
        }
    }

    private func append(_ body: Span<UInt8>) {
        outbound.appendField("Content-Length", body.count, pool: loop.pool)
        outbound.endHead(pool: loop.pool)
        outbound.append(body, pool: loop.pool)
    }
}
