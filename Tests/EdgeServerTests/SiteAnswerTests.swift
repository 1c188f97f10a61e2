import Bytes
import EdgeServer
import HTTPWire
import Testing

@Suite struct SiteAnswerTests {
    private static let text = String(repeating: "export const word = 'word'\n", count: 100)
    private let asset = Asset(name: "a.mjs", bytes: Array(text.utf8), lastModified: 784_111_777)

    private func answer(_ fields: [String], method: String = "GET", asset: Asset? = nil) throws -> SiteAnswer {
        let lines = fields.map { $0 + "\r\n" }.joined()
        var decoder = RequestDecoder()
        var head = RequestHead()
        _ = try decoder.next(Array("\(method) / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8).span, head: &head)
        return SiteAnswer(head, asset: asset ?? self.asset, now: 1_700_000_000)
    }

    private func fields(_ answer: SiteAnswer, _ headers: SecurityHeaders = SecurityHeaders()) -> String {
        let pool = BufferPool()
        var output = ByteBuffer()
        answer.appendFields(headers: headers, to: &output, pool: pool)
        return output.withSpan { String(reading: $0) }
    }

    private func tag(_ form: Asset.Form?) -> String { String(decoding: form?.tag ?? [], as: UTF8.self) }

    @Test("SF-011: each coding has its own tag, and Vary is on both")
    func codings() throws {
        let plain = try answer([])
        let packed = try answer(["Accept-Encoding: gzip"])
        #expect(!plain.isGzip && packed.isGzip)
        #expect(fields(plain).contains("ETag: \(tag(asset.identity))\r\n"))
        #expect(fields(packed).contains("ETag: \(tag(asset.gzip))\r\n"))
        #expect(fields(plain).contains("Vary: Accept-Encoding\r\n"))
        #expect(fields(packed).contains("Vary: Accept-Encoding\r\nCache-Control: no-cache\r\n"))
        #expect(fields(packed).contains("Content-Encoding: gzip\r\n"))
        #expect(fields(packed).contains("Content-Length: \(packed.range.count)\r\n"))
        #expect(try answer(["Accept-Encoding: identity;q=0, br"]).status == .notAcceptable)
    }

    @Test("SF-005: 304 has tag, Vary and Cache-Control, and nothing of content")
    func notModified() throws {
        let known = try answer(["Accept-Encoding: gzip", "If-None-Match: \(tag(asset.gzip))"])
        let text = fields(known)
        #expect(known.status == .notModified)
        for field in ["ETag: ", "Vary: ", "Cache-Control: ", "X-Content-Type-Options: nosniff\r\n"] {
            #expect(text.contains(field))
        }
        #expect(!text.contains("Content-Length") && !text.contains("Content-Type:"))
        // The tag of the other coding does not match.
        #expect(try answer(["If-None-Match: \(tag(asset.gzip))"]).status == .ok)
    }

    @Test("SF-006, SF-008: conditions come before ranges")
    func conditionsAndRanges() throws {
        let part = try answer(["Range: bytes=5-9"])
        #expect(part.status == .partialContent && part.range == 5..<10)
        #expect(fields(part).contains("Content-Range: bytes 5-9/2700\r\nContent-Length: 5\r\n"))
        let packed = try answer(["Range: bytes=0-0", "Accept-Encoding: gzip"])
        #expect(packed.status == .partialContent && fields(packed).contains("/\(asset.gzip?.bytes.count ?? 0)\r\n"))
        let past = try answer(["Range: bytes=9999-"])
        #expect(past.status == .rangeNotSatisfiable && fields(past).contains("Content-Range: bytes */2700\r\n"))
        #expect(try answer(["Range: bytes=0-0", "If-Match: \"x\""]).status == .preconditionFailed)
        #expect(try answer(["Range: bytes=0-0"], method: "HEAD").status == .ok)
    }

    @Test("SF-013: pages have a strict policy with the origins they may reach")
    func policy() throws {
        let page = Asset(name: "index.html", bytes: [], lastModified: 0)
        let text = fields(try answer([], asset: page), SecurityHeaders(connectOrigins: ["wss://x.example"]))
        #expect(text.contains("Content-Security-Policy: default-src 'none'; script-src 'self'; "))
        #expect(text.contains("; connect-src 'self' https: wss://x.example; "))
        #expect(text.contains("; img-src 'self' blob: https: wss://x.example; "))
        #expect(text.contains("; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app-sw\r\n"))
        #expect(!text.contains("unsafe"))
        // A picture opened by itself is a page too; a script is not, and a worker would be bound by its policy.
        #expect(
            fields(try answer([], asset: Asset(name: "a.svg", bytes: [], lastModified: 0))).contains(
                "-Policy: default-src"))
        #expect(!fields(try answer([])).contains("Content-Security-Policy"))
    }

    @Test("SF-013: only the guest room may be framed, by the pages that may open sessions")
    func framing() throws {
        let room = Asset(name: "embed.html", bytes: [], lastModified: 0)
        let text = fields(try answer([], asset: room), SecurityHeaders(frameAncestors: ["https://blog.example"]))
        #expect(text.contains("; frame-ancestors 'self' https://blog.example; "))
        #expect(!text.contains("X-Frame-Options"))
        #expect(fields(try answer([])).contains("X-Frame-Options: DENY\r\n"))
    }

    @Test("SF-014: the protecting fields are on every answer")
    func protecting() throws {
        for answer in [try answer([]), try answer(["If-None-Match: *"]), try answer(["Range: bytes=9999-"])] {
            let text = fields(answer)
            for field in [
                "X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n",
                "Permissions-Policy: camera=()",
                "Cross-Origin-Opener-Policy: same-origin\r\n",
            ] {
                #expect(text.contains(field))
            }
            #expect(!text.contains("\r\n\r\n"))
        }
    }
}
