/// Fuzz entries for HTTPWire: requests, responses, and the judgements on a whole head.
import Bytes
import HTTPWire

private let httpWords = [
    "GET ", "POST ", "OPTIONS * ", "HTTP/1.1\r\n", "HTTP/1.0\r\n", "\r\n\r\n", "Host: a\r\n", "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "Expect: 100-continue\r\n", "0\r\n\r\n",
    "5\r\nhello\r\n",
    "A;x=y\r\n", "http://a/", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 304 \r\n", "Range: bytes=-5\r\n",
    "If-None-Match: W/\"a\"\r\n",
    "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Accept-Encoding: gzip;q=0.5, *;q=0\r\n",
    "If-Range: Sunday, 06-Nov-94 08:49:37 GMT\r\n", "Sun Nov  6 08:49:37 1994", "%2e", "[::1]:80",
    "18446744073709551616",
]

private let limits = HTTPLimits(maxHead: 512, maxStartLine: 128, maxFields: 12, maxBody: 200)

/// Requests: the same events however the bytes are cut, nothing over its limit, and a head that can be judged.
enum HTTPRequestsTarget: FuzzTarget {
    static let name = "http-requests"
    static let dictionary = httpWords
    static let seeds = [
        "\r\nGET /a?b=c HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"a\", W/\"b\"\r\nAccept-Encoding: gzip;q=0.5, br\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET http://a:1 HTTP/1.0\r\n\r\n",
        "POST /q HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;e=\"f\"\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=1-\r\nIf-Range: \"a\"\r\nIf-Modified-Since: Sun Nov  6 08:49:37 1994\r\n\r\n",
    ].map { Array($0.utf8) }

    static func run(_ bytes: [UInt8]) {
        let whole = events(bytes, piece: max(1, bytes.count))
        precondition(events(bytes, piece: 1) == whole, "not the same byte by byte")
        precondition(events(bytes, piece: 7) == whole, "not the same in pieces")
    }

    private static func events(_ bytes: [UInt8], piece: Int) -> [String] {
        var decoder = RequestDecoder(limits: limits)
        var head = RequestHead()
        var body: [UInt8] = []
        return collect(bytes, piece: piece) { (input, result) throws(HTTPFailure) in
            switch try decoder.next(input.span, head: &head) {
            case .needMore:
                precondition(input.count <= 2_048, "more is left over than a head or a line may have")
                return nil
            case .head(let used):
                result.append(describe(head))
                body = []
                return used
            case .body(let range, let used):
                body += input[range]
                precondition(body.count <= limits.maxBody, "over the limit")
                return used
            case .end(let used):
                result.append("end \(body)")
                return used
            }
        }
    }

    private static func describe(_ head: RequestHead) -> String {
        var text = "\(head.method) \(head.form) \(head.minorVersion) \(head.keepsAlive) \(head.expectation)"
        head.withPath { text += " " + String(reading: $0) }
        head.withQuery { if let query = $0 { text += " " + String(reading: query) } }
        head.withHost { if let host = $0 { text += " " + String(reading: host) } }
        head.forEachField { text += " " + String(reading: $0) + "=" + String(reading: $1) }
        let tag = Array("\"a\"".utf8)
        let range = ByteRange.evaluate(head, size: 100, tag: tag, lastModified: 784_111_777, now: 1_700_000_000)
        if case .part(let part) = range {
            precondition(!part.isEmpty && part.lowerBound >= 0 && part.upperBound <= 100, "no part of the whole")
        }
        let outcome = Preconditions.evaluate(head, tag: tag, lastModified: 784_111_777, now: 1_700_000_000)
        return text + " \(range) \(outcome) \(String(describing: ContentCoding.choose(head, hasGzip: true)))"
    }
}

/// Responses for the client role: the same events however the bytes are cut.
enum HTTPResponsesTarget: FuzzTarget {
    static let name = "http-responses"
    static let dictionary = httpWords
    static let seeds = [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nHTTP/1.0 200 Fine\r\n\r\nto the end",
    ].map { Array($0.utf8) }

    static func run(_ bytes: [UInt8]) {
        let whole = events(bytes, piece: max(1, bytes.count))
        precondition(events(bytes, piece: 1) == whole, "not the same byte by byte")
    }

    private static func events(_ bytes: [UInt8], piece: Int) -> [String] {
        var decoder = ResponseDecoder(limits: limits)
        var head = ResponseHead()
        var body: [UInt8] = []
        let result = collect(bytes, piece: piece) { (input, result) throws(HTTPFailure) in
            switch try decoder.next(input.span, head: &head) {
            case .needMore:
                return nil
            case .head(let used):
                result.append("\(head.status) \(head.keepsAlive)")
                return used
            case .body(let range, let used):
                body += input[range]
                return used
            case .end(let used):
                result.append("end \(body)")
                body = []
                return used
            }
        }
        return result + ["rest \(body)"]
    }
}

/// All that `next` says while it is given the bytes in pieces; it answers how many it used up, or nil when it needs more.
private func collect(
    _ bytes: [UInt8], piece: Int, next: (_ input: [UInt8], _ result: inout [String]) throws(HTTPFailure) -> Int?
) -> [String] {
    var result: [String] = []
    var input: [UInt8] = []
    for begin in stride(from: 0, to: bytes.count, by: piece) {
        input += bytes[begin..<min(begin + piece, bytes.count)]
        do throws(HTTPFailure) {
            while let used = try next(input, &result) { input.removeFirst(used) }
        } catch {
            return result + ["\(error)"]
        }
    }
    return result
}
