/// Answers for clients that look for this server (XEP-0156). Knows methods and header fields; the documents are `HostMeta`'s.
internal import Bytes
internal import HTTPWire
internal import Reactor

extension HTTPConnection {
    /// Every page anywhere may read these (XEP-0156 section 3).
    func answerHostMeta(_ head: RequestHead, wantsJSON: Bool) {
        let toHEAD = head.method == .head
        switch head.method {
        case .get, .head: break
        case .options:
            startAnswer(.noContent)
            outbound.append(
                "Allow: GET, HEAD, OPTIONS\r\nAccess-Control-Allow-Methods: GET, HEAD\r\n", pool: loop.pool)
            outbound.append("Access-Control-Allow-Headers: *\r\nAccess-Control-Max-Age: 7200\r\n", pool: loop.pool)
            outbound.endHead(pool: loop.pool)
            return touchOutput()
        default:
            return answer(
                .methodNotAllowed, "This method is not allowed here.", toHEAD: false,
                fields: [("Allow", "GET, HEAD, OPTIONS")])
        }
        guard let documents = worker.setup.hostMeta else {
            return answer(.notFound, "There is nothing here.", toHEAD: toHEAD)
        }
        let isJSON = wantsJSON || Self.prefersJSON(head)
        let document = isJSON ? documents.jrd : documents.xrd
        startAnswer(.ok)
        outbound.append("X-Content-Type-Options: nosniff\r\nCache-Control: max-age=300\r\n", pool: loop.pool)
        if !wantsJSON { outbound.append("Vary: Accept\r\n", pool: loop.pool) }
        outbound.appendField("Content-Type", isJSON ? "application/json" : "application/xrd+xml", pool: loop.pool)
        outbound.appendField("Content-Length", document.count, pool: loop.pool)
        outbound.endHead(pool: loop.pool)
        if !toHEAD { outbound.append(document, pool: loop.pool) }
        touchOutput()
    }

    /// JSON is asked for by name, and XRD is not (RFC 6415 section 3).
    private static func prefersJSON(_ head: RequestHead) -> Bool {
        let asksForJSON = head.list("accept") { ASCII.equalIgnoringCase($0, lower: "application/json") }
        return asksForJSON && !head.list("accept") { ASCII.equalIgnoringCase($0, lower: "application/xrd+xml") }
    }
}
