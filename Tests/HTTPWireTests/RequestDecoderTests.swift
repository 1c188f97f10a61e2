import Bytes
import HTTPWire
import Testing
import WireTesting

@Suite struct RequestDecoderTests {
    private static let pipeline = Array(
        """
        \r\nGET /a?b=c HTTP/1.1\r\nHost: x\r\nX: 1\r\n\r\n\
        POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello\
        POST /q HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
        3\r\nabc\r\nA;e=\"f\"\r\n0123456789\r\n0\r\nT: u\r\nHost: evil\r\n\r\n\
        OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n
        """.utf8)

    @Test("H1-034: pipelined requests come out in order, the same however the bytes are cut")
    func cuts() {
        let whole = RequestRun([Self.pipeline[...]])
        #expect(whole.failure == nil)
        #expect(whole.rest == 0)
        #expect(whole.requests.map(\.path) == ["/a", "/p", "/q", ""])
        #expect(whole.requests.map { String(decoding: $0.body, as: UTF8.self) } == ["", "hello", "abc0123456789", ""])
        #expect(whole.requests.map(\.isComplete) == [true, true, true, true])
        for pieces in Cuts.all(of: Self.pipeline) + Cuts.random(of: Self.pipeline, count: 50, seed: 7) {
            #expect(RequestRun(pieces) == whole, "\(pieces.map(\.count))")
        }
    }

    @Test("a failure is the same however the bytes are cut, and stays")
    func failures() throws {
        let wires = [
            "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
        ]
        for wire in wires.map({ Array($0.utf8) }) {
            let whole = RequestRun([wire[...]])
            #expect(whole.failure != nil)
            for pieces in Cuts.all(of: wire) {
                let run = RequestRun(pieces)
                #expect(run.failure == whole.failure)
                #expect(run.requests == whole.requests)
            }
        }
        var decoder = RequestDecoder()
        var head = RequestHead()
        let bad = try? decoder.next(Array("\n".utf8).span, head: &head)
        let good = try? decoder.next(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span, head: &head)
        #expect(bad == nil && good == nil)
    }

    @Test("H1-009: a request line of 8000 bytes is taken, one over the limit is answered 414")
    func longTarget() {
        func line(_ length: Int) -> String {
            "GET /\(String(repeating: "x", count: length - 14)) HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        #expect(RequestRun(line(8_000)).failure == nil)
        #expect(RequestRun(line(8_191)).failure == nil)
        #expect(RequestRun(line(8_193)).failure == .targetTooLong)
        // Without its end, too: nothing more is collected.
        #expect(RequestRun(String(line(8_300).prefix(8_200))).failure == .targetTooLong)
        #expect(HTTPFailure.targetTooLong.status == .uriTooLong)
    }

    @Test("H1-010: too many or too large fields are answered 431")
    func largeHeads() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(RequestRun(start + String(repeating: "X: y\r\n", count: 99) + "\r\n").failure == nil)
        #expect(RequestRun(start + String(repeating: "X: y\r\n", count: 100) + "\r\n").failure == .tooManyFields)
        #expect(RequestRun(start + String(repeating: "X: y\r\n", count: 1_000)).failure == .tooManyFields)
        let large = start + "X: " + String(repeating: "y", count: 100_000)
        #expect(RequestRun(large).failure == .headTooLarge)
        #expect(RequestRun(large + "\r\n\r\n").failure == .headTooLarge)
        #expect(HTTPFailure.headTooLarge.status == .headerFieldsTooLarge)
        #expect(HTTPFailure.tooManyFields.status == .headerFieldsTooLarge)
    }

    @Test("a head of exactly the limit is taken, and one byte more is not")
    func headLimit() {
        var limits = HTTPLimits()
        limits.maxHead = 64
        func wire(_ size: Int) -> String {
            let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
            return start + String(repeating: "y", count: size - start.utf8.count - 4) + "\r\n\r\n"
        }
        #expect(RequestRun(wire(64), limits: limits).requests.count == 1)
        #expect(RequestRun(wire(65), limits: limits).failure == .headTooLarge)
        #expect(RequestRun("\r\n" + wire(64), limits: limits).requests.count == 1)
    }

    @Test("H1-011: a body over the limit is refused by its announced length, before any of it is read")
    func bodyLimit() throws {
        let wire = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n".utf8)
        let run = RequestRun([wire[...]])
        #expect(run.requests.count == 1)
        #expect(run.failure == .bodyTooLarge)
        #expect(HTTPFailure.bodyTooLarge.status == .contentTooLarge)

        var decoder = RequestDecoder()
        var head = RequestHead()
        #expect(try decoder.next(wire.span, head: &head) == .head(used: wire.count))
        #expect(throws: HTTPFailure.bodyTooLarge) { try decoder.limitBody(to: 1_000) }
        #expect(throws: HTTPFailure.bodyTooLarge) { try decoder.next([UInt8]().span, head: &head) }

        decoder = RequestDecoder()
        _ = try decoder.next(wire.span, head: &head)
        try decoder.limitBody(to: 200_000_000)
        #expect(try decoder.next([UInt8]().span, head: &head) == .needMore)
    }

    @Test("H1-022: a request whose body is cut off is never complete")
    func truncated() {
        let run = RequestRun("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        #expect(run.requests.first?.isComplete == false)
        #expect(run.failure == nil)
    }

    @Test("H1-023: a POST without a length has an empty body")
    func noLength() {
        let run = RequestRun("POST /p HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(run.requests.map(\.path) == ["/p", "/next"])
        #expect(run.requests.first?.body == [])
        #expect(run.requests.first?.isComplete == true)
    }

    @Test("H1-035: the next request is right behind a body")
    func bodyThenRequest() {
        let run = RequestRun(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nGETGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(run.requests.map(\.path) == ["/", "/next"])
    }

    @Test("it tells waiting for a request from waiting for the rest of one")
    func phases() throws {
        var decoder = RequestDecoder()
        var head = RequestHead()
        #expect(decoder.isBetweenRequests && !decoder.isInHead)
        _ = try decoder.next(Array("GE".utf8).span, head: &head)
        #expect(!decoder.isBetweenRequests && decoder.isInHead)
        _ = try decoder.next(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span, head: &head)
        #expect(!decoder.isBetweenRequests && !decoder.isInHead)
        #expect(try decoder.next([UInt8]().span, head: &head) == .end(used: 0))
        #expect(decoder.isBetweenRequests)
    }

    @Test("a decoder is small, because every idle connection has one")
    func size() {
        #expect(MemoryLayout<RequestDecoder>.size <= 112)
    }
}
