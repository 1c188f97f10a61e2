import Bytes
import HTTPWire
import Testing

@Suite struct RequestHeadTests {
    private func line(_ line: String) -> HTTPFailure? { failure("\(line)\r\nHost: a\r\n\r\n") }
    private func field(_ field: String) -> HTTPFailure? { failure("GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n") }
    private func host(_ lines: String) -> HTTPFailure? { failure("GET / HTTP/1.1\r\n\(lines)\r\n") }

    @Test("H1-001: a bare LF and a CR inside a value are refused")
    func lineEnds() {
        #expect(failure("GET / HTTP/1.1\nHost: a\n\n") == .lineEnd)
        #expect(failure("GET / HTTP/1.1\r\nHost: a\n\r\n") == .lineEnd)
        #expect(failure("GET / HTTP/1.1\r\nHost: a\r\n\n") == .lineEnd)
        #expect(field("X: a\rb") == .fieldValue)
        #expect(field("\rX: a") == .lineEnd)
        #expect(HTTPFailure.lineEnd.status == .badRequest)
    }

    @Test("H1-002: empty lines before the request line are skipped, but not without end")
    func emptyLines() {
        let run = RequestRun("\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(run.requests.map(\.path) == ["/x"])
        #expect(run.rest == 0)
        #expect(failure(String(repeating: "\r\n", count: 5)) == .emptyLines)
    }

    @Test("H1-003, H1-014: a line of the head that begins with white space is refused")
    func folding() {
        #expect(failure("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == .foldedField)
        #expect(failure("GET / HTTP/1.1\r\n\tX: y\r\nHost: a\r\n\r\n") == .foldedField)
        #expect(field("X: a\r\n b") == .foldedField)
        #expect(HTTPFailure.foldedField.status == .badRequest)
    }

    @Test(
        "H1-004: a request line off the grammar is refused",
        arguments: [
            "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET /", "GET / ", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1",
            "GET /a\u{1}b HTTP/1.1", "GET /a\u{7f} HTTP/1.1", "GET /ä HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/1.",
            "GET / HTTP/1.11", "GET / HTTP/11", "G(T / HTTP/1.1", " GET / HTTP/1.1", "GET / XTTP/1.1", "GET",
            "\u{16}\u{3}\u{1}",
        ])
    func requestLine(line: String) {
        #expect(self.line(line) == .startLine)
    }

    @Test("H1-005: only HTTP/1, in capitals; a later minor version counts as 1.1")
    func version() {
        #expect(line("GET / http/1.1") == .startLine)
        #expect(line("GET / HTTP/2.0") == .version)
        #expect(line("GET / HTTP/0.9") == .version)
        #expect(failure("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == .version)
        #expect(HTTPFailure.version.status == .versionNotSupported)
        #expect(line("GET / HTTP/1.2") == nil)
        #expect(RequestRun("GET / HTTP/1.2\r\nHost: a\r\n\r\n").requests.first?.keepsAlive == true)
    }

    @Test("H1-006: HTTP/1.1 needs exactly one valid Host")
    func hosts() {
        #expect(host("") == .host)
        #expect(host("Host: a\r\nHost: a\r\n") == .host)
        for bad in ["a b", "a/b", "u@a", "a:b", "a:1:2", "a:123456", "[::1", "::1]", "a[b]", "[::1]x", "\u{e4}"] {
            #expect(host("Host: \(bad)\r\n") == .host, "\(bad)")
        }
        for good in ["", "a", "a:80", "a:", "[::1]", "[::1]:80", "a-b.c_d", "127.0.0.1:5280"] {
            #expect(host("Host: \(good)\r\n") == nil, "\(good)")
        }
        #expect(failure("GET / HTTP/1.0\r\n\r\n") == nil)
        #expect(failure("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == .host)
    }

    @Test("H1-007: the authority of an absolute target wins over Host")
    func absoluteForm() {
        let run = RequestRun("GET HTTP://a:81/x?y HTTP/1.1\r\nHost: b\r\n\r\n")
        #expect(run.requests.first?.host == "a:81")
        #expect(run.requests.first?.path == "/x")
        #expect(run.requests.first?.query == "y")
        #expect(run.requests.first?.form == .absolute)
        #expect(RequestRun("GET http://a HTTP/1.1\r\nHost: b\r\n\r\n").requests.first?.path == "/")
        #expect(RequestRun("GET https://a?q HTTP/1.1\r\nHost: b\r\n\r\n").requests.first?.query == "q")
        for bad in ["http:///x", "ftp://a/", "http:/a", "http://u@a/", "a/b", "/x#y", "http:"] {
            #expect(line("GET \(bad) HTTP/1.1") == .target, "\(bad)")
        }
    }

    @Test("H1-008: authority targets only for CONNECT, the asterisk only for OPTIONS")
    func otherForms() {
        #expect(line("GET * HTTP/1.1") == .target)
        #expect(line("GET a:80 HTTP/1.1") == .target)
        #expect(line("CONNECT /x HTTP/1.1") == .target)
        #expect(RequestRun("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n").requests.first?.form == .authority)
        #expect(RequestRun("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").requests.first?.form == .asterisk)
        #expect(RequestRun("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").requests.first?.path == "")
    }

    @Test("H1-012: methods are told apart by case; an unknown one is no error of syntax")
    func methods() throws {
        let names = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "FOO", "get", "Get", "GETT"]
        let methods = try names.map { try requestHead("\($0) / HTTP/1.1\r\nHost: a\r\n\r\n").method }
        #expect(
            methods == [
                .get, .head, .post, .options, .put, .delete, .patch, .trace, .other, .other, .other, .other,
            ])
    }

    @Test("H1-013, H1-016: field names are tokens right before the colon")
    func fieldNames() {
        for bad in ["Host : x", ": x", "Na(me: x", "Name", "N\u{e4}me: x", "Na me: x", "X\u{0}: y"] {
            #expect(field(bad) == .fieldName, "\(bad)")
        }
        #expect(field("a!#$%&'*+-.^_`|~9: x") == nil)
    }

    @Test("H1-016: field names compare without case")
    func fieldNameCase() throws {
        let head = try get("X-ThInG: 1", "x-thing: 2")
        let first = head.withValue(of: "x-thing") { span in
            guard let span else { return "" }
            return String(reading: span)
        }
        #expect(first == "1")
        #expect(head.count(of: "x-thing") == 2)
        #expect(head.count(of: "x-thin") == 0)
    }

    @Test("H1-015: control characters in values are refused, other bytes are opaque")
    func fieldValues() throws {
        for bad in ["X: a\u{0}b", "X: \u{1}", "X: a\u{7f}", "X: \u{b}"] { #expect(field(bad) == .fieldValue, "\(bad)") }
        var wire = Array("GET / HTTP/1.1\r\nHost: a\r\nX: \t".utf8)
        wire += [0xFF, 0xFE, 0x20, 0x80] + Array(" \t\r\n\r\n".utf8)
        let run = RequestRun([wire[...]])
        #expect(run.failure == nil)
        #expect(run.requests.first?.fields.last == "X=\u{FFFD}\u{FFFD} \u{FFFD}")
    }

    @Test("H1-028: an expectation counts on HTTP/1.1 only")
    func expectation() throws {
        #expect(try get("Expect: 100-Continue").expectation == .continue)
        #expect(try get().expectation == .none)
        #expect(try requestHead("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expectation == .none)
    }

    @Test("H1-029: another expectation is told apart")
    func otherExpectation() throws {
        #expect(try get("Expect: foo").expectation == .other)
        #expect(try get("Expect: 100-continue, foo").expectation == .other)
        #expect(try get("Expect: foo", "Expect: 100-continue").expectation == .other)
    }

    @Test("a head that fails leaves nothing that points behind its bytes")
    func failedHead() throws {
        var decoder = RequestDecoder()
        var head = RequestHead()
        let long = Array("GET /\(String(repeating: "x", count: 500))?q HTTP/1.1\r\nHost: abc\r\n\r\n".utf8)
        _ = try decoder.next(long.span, head: &head)
        decoder = RequestDecoder()
        let step = try? decoder.next(Array("GET / HTTP/1.1\r\n\r\n".utf8).span, head: &head)
        #expect(step == nil)
        let host = head.withHost { $0 == nil }
        #expect(host)
        #expect(head.withPath { $0.count } <= 1)
    }
}
