import Bytes
import HTTPWire
import Testing
import WireTesting

/// What a run of the client's decoder gave.
private struct ResponseRun: Equatable {
    var statuses: [Int] = []
    var bodies: [[UInt8]] = []
    var complete = 0
    var failure: HTTPFailure?
    var finish: HTTPFailure?

    init(_ pieces: [ArraySlice<UInt8>], answersHEAD: Bool = false, limits: HTTPLimits = HTTPLimits()) {
        var decoder = ResponseDecoder(limits: limits)
        var head = ResponseHead()
        var waiting: [UInt8] = []
        do throws(HTTPFailure) {
            for piece in pieces {
                waiting += piece
                reading: while true {
                    switch try decoder.next(waiting.span, head: &head, answersHEAD: answersHEAD) {
                    case .needMore: break reading
                    case .head(let used):
                        statuses.append(head.status)
                        bodies.append([])
                        waiting.removeFirst(used)
                    case .body(let range, let used):
                        bodies[bodies.count - 1] += waiting[range]
                        waiting.removeFirst(used)
                    case .end(let used):
                        complete += 1
                        waiting.removeFirst(used)
                    }
                    if waiting.isEmpty && decoder.isBetweenResponses { break reading }
                }
            }
        } catch {
            failure = error
        }
        do throws(HTTPFailure) { try decoder.finish() } catch { finish = error }
    }

    init(_ text: String, answersHEAD: Bool = false) {
        self.init([Array(text.utf8)[...]], answersHEAD: answersHEAD)
    }
}

@Suite struct ResponseDecoderTests {
    @Test("answers come out the same however the bytes are cut")
    func cuts() {
        let wire = Array(
            """
            HTTP/1.1 100 Continue\r\n\r\n\
            HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\
            HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n\
            HTTP/1.0 200 Fine\r\n\r\nto the end
            """.utf8)
        let whole = ResponseRun([wire[...]])
        #expect(whole.statuses == [100, 200, 200, 200])
        #expect(whole.bodies.map { String(decoding: $0, as: UTF8.self) } == ["", "ok", "x", "to the end"])
        #expect(whole.complete == 2)
        #expect(whole.finish == nil)
        for pieces in Cuts.all(of: wire) { #expect(ResponseRun(pieces) == whole) }
    }

    @Test("H1-031: no body belongs to HEAD, 204 and 304, whatever the head says")
    func noBody() {
        #expect(ResponseRun("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", answersHEAD: true).complete == 1)
        #expect(ResponseRun("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").complete == 1)
        #expect(ResponseRun("HTTP/1.1 204 No Content\r\n\r\n").complete == 1)
    }

    @Test("an answer that the server cut short is not complete")
    func truncated() {
        #expect(ResponseRun("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").finish == .truncated)
        #expect(ResponseRun("HTTP/1.1 200 OK\r\n").finish == .truncated)
        #expect(ResponseRun("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").finish == .truncated)
    }

    @Test(
        "a status line off the grammar is refused",
        arguments: [
            "HTTP/1.1 20 OK", "HTTP/1.1  200", "http/1.1 200 OK", "HTTP/1.1 2000", "HTTP/1.1 099 X", "SSH-2.0-x y z",
        ])
    func statusLines(line: String) {
        #expect(ResponseRun("\(line)\r\n\r\n").failure == .startLine)
        #expect(ResponseRun("HTTP/2.0 200 OK\r\n\r\n").failure == .version)
    }

    @Test("a server's answer and a client's request understand each other")
    func pair() throws {
        let pool = BufferPool()
        var toServer = ByteBuffer()
        var toClient = ByteBuffer()
        for path in ["/a", "/b?c"] {
            try toServer.startRequest(.get, target: Array(path.utf8), host: Array("h:1".utf8), pool: pool)
            toServer.endHead(pool: pool)
        }
        let run = RequestRun([toServer.withSpan { [UInt8](copying: $0) }[...]])
        #expect(run.requests.map(\.path) == ["/a", "/b"])
        #expect(run.requests.map(\.host) == ["h:1", "h:1"])
        for request in run.requests {
            toClient.startResponse(.ok, date: HTTPDate.text(unixSeconds: 1), pool: pool)
            toClient.appendField("Content-Length", request.path.utf8.count, pool: pool)
            toClient.endHead(pool: pool)
            toClient.append(Array(request.path.utf8), pool: pool)
        }
        let answers = ResponseRun([toClient.withSpan { [UInt8](copying: $0) }[...]])
        #expect(answers.statuses == [200, 200])
        #expect(answers.bodies == [Array("/a".utf8), Array("/b".utf8)])
        #expect(answers.failure == nil && answers.finish == nil)
    }

    @Test("H1-043: the server's interim and bodiless answers name no transfer coding")
    func noTransferEncoding() {
        var output = ByteBuffer()
        output.appendContinue(pool: BufferPool())
        #expect(output.withSpan { String(reading: $0) } == "HTTP/1.1 100 Continue\r\n\r\n")
    }
}
