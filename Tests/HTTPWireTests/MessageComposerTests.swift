import Bytes
import HTTPWire
import Testing

@Suite struct MessageComposerTests {
    private let pool = BufferPool()

    private func text(_ compose: (inout ByteBuffer) throws -> Void) rethrows -> String {
        var output = ByteBuffer()
        try compose(&output)
        return output.withSpan { String(reading: $0) }
    }

    @Test("H1-041: a response begins with its status and the date")
    func response() {
        let text = text { output in
            output.startResponse(.notFound, date: HTTPDate.text(unixSeconds: 0), pool: pool)
            output.appendField("Content-Length", 120, pool: pool)
            output.appendField("X", "y", pool: pool)
            output.endHead(pool: pool)
        }
        #expect(
            text
                == "HTTP/1.1 404 Not Found\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 120\r\nX: y\r\n\r\n"
        )
    }

    @Test("H1-042: a value that could end its line is refused and leaves nothing behind")
    func splitting() {
        for bad in ["a\r\nSet-Cookie: x", "a\n", "\r", "a\u{0}", "\u{7f}"] {
            var output = ByteBuffer()
            var failure: HTTPFailure?
            do throws(HTTPFailure) {
                try output.appendField("X", checked: Array(bad.utf8).span, pool: pool)
            } catch {
                failure = error
            }
            let size = output.count
            #expect(failure == .fieldValue)
            #expect(size == 0)
        }
        #expect(HTTPFailure.fieldValue.status == .badRequest)
        let good = try? text { try $0.appendField("X", checked: Array("a\tö".utf8).span, pool: pool) }
        #expect(good == "X: a\tö\r\n")
    }

    @Test("SF-008: Content-Range names the part or the size alone")
    func contentRange() {
        #expect(text { $0.appendContentRange(0..<10, of: 100, pool: pool) } == "Content-Range: bytes 0-9/100\r\n")
        #expect(text { $0.appendContentRange(nil, of: 0, pool: pool) } == "Content-Range: bytes */0\r\n")
    }

    @Test("numbers are written in decimal")
    func numbers() {
        for number in [0, 9, 10, 99, 100, 1_000_000_007, Int.max] {
            #expect(text { $0.appendField("N", number, pool: pool) } == "N: \(number)\r\n")
        }
    }

    @Test("a request that could be read as two is not written")
    func requests() {
        for (target, host) in [("/a b", "h"), ("", "h"), ("/\r\nX: y", "h"), ("/", "a\r\nX"), ("/", "a b")] {
            let line = try? text {
                try $0.startRequest(.get, target: Array(target.utf8), host: Array(host.utf8), pool: pool)
            }
            #expect(line == nil)
        }
    }
}
