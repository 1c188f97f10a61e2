/// Decides what a request for a file of the page is answered with (RFC 9110 sections 13 and 14). Knows requests and
/// assets; writes the head, and leaves the body to who sends it.
package import Bytes
package import HTTPWire

package struct SiteAnswer {
    package let status: HTTPStatus
    package let asset: Asset
    /// Nil when nothing acceptable can be sent.
    package let form: Asset.Form?
    package let isGzip: Bool
    /// Of the form; all of it but for 206.
    package let range: Range<Int>

    /// - Parameter now: seconds since 1970.
    package init(_ head: RequestHead, asset: Asset, now: Int) {
        self.asset = asset
        let coding = ContentCoding.choose(head, hasGzip: asset.gzip != nil)
        isGzip = coding == .gzip
        guard coding != nil, let form = isGzip ? asset.gzip : asset.identity else {
            self.form = nil
            status = .notAcceptable
            range = 0..<0
            return
        }
        self.form = form
        (status, range) = Self.decide(head, asset, form, now)
    }

    private static func decide(
        _ head: RequestHead, _ asset: Asset, _ form: Asset.Form, _ now: Int
    ) -> (HTTPStatus, Range<Int>) {
        switch Preconditions.evaluate(head, tag: form.tag, lastModified: asset.lastModified, now: now) {
        case .notModified: return (.notModified, 0..<0)
        case .failed: return (.preconditionFailed, 0..<0)
        case .proceed: break
        }
        // A part is one of the coded form, whose tag it carries.
        let wanted = ByteRange.evaluate(
            head, size: form.bytes.count, tag: form.tag, lastModified: asset.lastModified, now: now)
        switch wanted {
        case .whole: return (.ok, 0..<form.bytes.count)
        case .part(let range): return (.partialContent, range)
        case .unsatisfiable: return (.rangeNotSatisfiable, 0..<0)
        }
    }

    /// The fields that describe the asset; the caller writes the others.
    package func appendFields(headers: SecurityHeaders, to output: inout ByteBuffer, pool: BufferPool) {
        headers.append(for: asset.page, to: &output, pool: pool)
        // On every form, so that a cache keeps them apart (RFC 9110 section 12.5.5).
        if asset.gzip != nil { output.appendField("Vary", "Accept-Encoding", pool: pool) }
        output.appendField("Cache-Control", asset.cache.value, pool: pool)
        guard let form, status != .rangeNotSatisfiable, status != .preconditionFailed else {
            if status == .rangeNotSatisfiable {
                output.appendContentRange(nil, of: form?.bytes.count ?? 0, pool: pool)
            }
            return
        }
        output.append("ETag: ", pool: pool)
        output.append(form.tag, pool: pool)
        output.append("\r\nLast-Modified: ", pool: pool)
        output.append(HTTPDate.text(unixSeconds: asset.lastModified), pool: pool)
        output.append("\r\n", pool: pool)
        guard status != .notModified else { return }
        output.appendField("Content-Type", asset.type.value, pool: pool)
        if isGzip { output.appendField("Content-Encoding", "gzip", pool: pool) }
        output.appendField("Accept-Ranges", "bytes", pool: pool)
        if status == .partialContent { output.appendContentRange(range, of: form.bytes.count, pool: pool) }
        output.appendField("Content-Length", range.count, pool: pool)
    }
}
