import HTTPWire
import Testing

/// The set of heads on which two servers in a row could disagree about the length of a request.
@Suite struct FramingTests {
    private func post(_ fields: String..., version: String = "1.1") -> HTTPFailure? {
        failure("POST / HTTP/\(version)\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    @Test("H1-017: both lengths at once are refused, and the bytes behind are not run as a request")
    func both() {
        let smuggled = "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n"
        for fields in [
            "Content-Length: 6\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 40",
        ] {
            let run = RequestRun("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(smuggled)")
            #expect(run.failure == .conflictingFraming)
            #expect(run.requests.isEmpty)
        }
        #expect(HTTPFailure.conflictingFraming.status == .badRequest)
    }

    @Test("H1-018: only chunked alone is decoded")
    func codings() {
        #expect(post("Transfer-Encoding: gzip") == .transferEncoding)
        #expect(post("Transfer-Encoding: chunked, gzip") == .transferEncoding)
        #expect(post("Transfer-Encoding: chunked, chunked") == .transferEncoding)
        #expect(post("Transfer-Encoding:") == .transferEncoding)
        #expect(post("Transfer-Encoding: foo, chunked") == .unknownCoding)
        #expect(post("Transfer-Encoding: gzip, chunked") == .unknownCoding)
        #expect(HTTPFailure.transferEncoding.status == .badRequest)
        #expect(HTTPFailure.unknownCoding.status == .notImplemented)
        #expect(post("Transfer-Encoding: Chunked") == nil)
        #expect(post("Transfer-Encoding: , chunked ,") == nil)
    }

    @Test(
        "H1-019: a disguised transfer coding is neither taken nor passed over",
        arguments: [
            "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked;x", "Transfer-Encoding: \u{b}chunked",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer_Encoding: chunked",
            "transfer_encoding: x", "Transfer-Encoding : chunked", "Transfer-Encoding: chunked\r\n x",
            "Content_Length: 5",
        ])
    func disguised(field: String) {
        #expect(post(field) != nil)
    }

    @Test("H1-020: a transfer coding in an HTTP/1.0 request is faulty framing")
    func oldVersion() {
        #expect(post("Transfer-Encoding: chunked", version: "1.0") == .transferEncoding)
    }

    @Test(
        "H1-021: Content-Length is digits, once",
        arguments: [
            "+5", "5x", "0x5", "-1", "18446744073709551616", "9223372036854775808", "5, 6", "5, 5", "", "5 5", "5;",
            "\u{ff15}",
        ])
    func lengths(value: String) {
        #expect(post("Content-Length: \(value)") == .contentLength)
        #expect(HTTPFailure.contentLength.status == .badRequest)
    }

    @Test("H1-021: two lines of Content-Length are refused, equal or not")
    func twoLengths() {
        #expect(post("Content-Length: 5", "Content-Length: 6") == .contentLength)
        #expect(post("Content-Length: 5", "Content-Length: 5") == .contentLength)
    }

    @Test("H1-033: the connection goes on by version and by the tokens of Connection")
    func keepAlive() throws {
        func keeps(_ fields: String..., version: String = "1.1") throws -> Bool {
            let lines = fields.map { $0 + "\r\n" }.joined()
            return try requestHead("GET / HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n").keepsAlive
        }
        #expect(try keeps())
        #expect(try !keeps("Connection: close"))
        #expect(try !keeps("Connection: foo, Close"))
        #expect(try !keeps("Connection: keep-alive", "Connection: close"))
        #expect(try keeps("Connection: closed, keep-alive"))
        #expect(try !keeps(version: "1.0"))
        #expect(try keeps("Connection: Keep-Alive", version: "1.0"))
        #expect(try !keeps("Connection: keep-alive, close", version: "1.0"))
    }
}
