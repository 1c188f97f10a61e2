import HTTPWire
import Testing

/// Chunked bodies, seen through the request decoder.
@Suite struct BodyDecoderTests {
    private func chunked(_ body: String, maxBody: Int = 1_000) -> RequestRun {
        RequestRun(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
            limits: HTTPLimits(maxBody: maxBody))
    }
    private func failure(_ body: String) -> HTTPFailure? { chunked(body).failure }

    @Test("H1-024: chunk sizes are hexadecimal of either case")
    func sizes() {
        let ten = "0123456789"
        for size in ["A", "a", "0000a"] {
            let run = chunked("\(size)\r\n\(ten)\r\n0\r\n\r\n")
            #expect(run.requests.first?.body == Array(ten.utf8), "\(size)")
            #expect(run.requests.first?.isComplete == true)
        }
    }

    @Test(
        "H1-024: a size that is not plain hexadecimal is refused",
        arguments: [
            "0x5", " 5", "5 ", "", "-1", "+5", "g", "11111111111111111", "FFFFFFFFFFFFFFFF", "5\u{0}", "5,", "5\t",
        ])
    func badSizes(size: String) {
        #expect(failure("\(size)\r\nhello\r\n0\r\n\r\n") == .chunk)
        #expect(HTTPFailure.chunk.status == .badRequest)
    }

    @Test("H1-024: data must be followed by CR LF")
    func dataEnds() {
        for end in ["XX", "\n", "\r", "X\r\n", "\r\r\n", ""] {
            #expect(failure("5\r\nhello\(end)0\r\n\r\n") == .chunk, "\(end.utf8)")
        }
        #expect(failure("5\nhello\r\n0\r\n\r\n") == .chunk)
    }

    @Test("H1-025: chunk extensions are passed over within limits")
    func extensions() {
        #expect(chunked("5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n").requests.first?.body == Array("hello".utf8))
        #expect(failure("5;" + String(repeating: "x", count: 65_536)) == .chunk)
        #expect(failure("5;\u{0}\r\nhello\r\n0\r\n\r\n") == .chunk)
        let padded = "1;" + String(repeating: "x", count: 900) + "\r\na\r\n"
        #expect(failure(String(repeating: padded, count: 4)) == nil)
        #expect(failure(String(repeating: padded, count: 5)) == .chunk)
    }

    @Test("H1-026: trailers are read, limited and dropped")
    func trailers() {
        let run = chunked(
            "0\r\nContent-Length: 99\r\nHost: evil\r\n\r\nGET /next HTTP/1.1\r\nHost: b\r\n\r\n")
        #expect(run.requests.map(\.path) == ["/", "/next"])
        #expect(run.requests.first?.host == "a")
        #expect(failure("0\r\nX: " + String(repeating: "y", count: 1_000_000)) == .trailersTooLarge)
        #expect(failure("0\r\n" + String(repeating: "X: y\r\n", count: 2_000)) == .trailersTooLarge)
        #expect(HTTPFailure.trailersTooLarge.status == .headerFieldsTooLarge)
    }

    @Test("H1-027: the limit counts the data of all chunks")
    func limit() {
        #expect(chunked(String(repeating: "1\r\na\r\n", count: 1_000)).failure == nil)
        #expect(chunked(String(repeating: "1\r\na\r\n", count: 1_001)).failure == .bodyTooLarge)
        #expect(failure("3E9\r\n") == .bodyTooLarge)
    }

    @Test("H1-030: a chunked body gives its bytes")
    func body() {
        let run = chunked("4\r\n<bod\r\n3\r\ny/>\r\n0\r\n\r\n")
        #expect(run.requests.first?.body == Array("<body/>".utf8))
        #expect(run.rest == 0)
    }
}
