import Bytes
import HTTPWire

/// One request as a decoder told it, for comparison.
struct Request: Equatable {
    var method: HTTPMethod
    var form: RequestTarget.Form
    var path: String
    var query: String?
    var host: String?
    var keepsAlive: Bool
    var fields: [String]
    var body: [UInt8] = []
    var isComplete = false
}

/// What a run of a decoder over some bytes gave.
struct RequestRun: Equatable {
    var requests: [Request] = []
    var failure: HTTPFailure?
    /// Bytes that no step used.
    var rest = 0

    /// Feeds the pieces the way a connection does: what is not used comes again in front of what follows.
    init(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits()) {
        var decoder = RequestDecoder(limits: limits)
        var head = RequestHead()
        var waiting: [UInt8] = []
        for piece in pieces {
            waiting += piece
            do {
                while let used = try step(&decoder, &head, waiting) { waiting.removeFirst(used) }
            } catch {
                failure = error as? HTTPFailure
                break
            }
        }
        rest = waiting.count
    }

    init(_ text: String, limits: HTTPLimits = HTTPLimits()) {
        self.init([Array(text.utf8)[...]], limits: limits)
    }

    /// Bytes used, or nil when more are needed.
    private mutating func step(
        _ decoder: inout RequestDecoder, _ head: inout RequestHead, _ input: [UInt8]
    ) throws -> Int? {
        switch try decoder.next(input.span, head: &head) {
        case .needMore: return nil
        case .head(let used):
            requests.append(Request(head))
            return used
        case .body(let range, let used):
            requests[requests.count - 1].body += input[range]
            return used
        case .end(let used):
            requests[requests.count - 1].isComplete = true
            return used
        }
    }
}

extension Request {
    init(_ head: RequestHead) {
        var fields: [String] = []
        head.forEachField { name, value in fields.append(String(reading: name) + "=" + String(reading: value)) }
        self.init(
            method: head.method, form: head.form, path: head.withPath { String(reading: $0) },
            query: head.withQuery { span in
                guard let span else { return nil }
                return String(reading: span)
            },
            host: head.withHost { span in
                guard let span else { return nil }
                return String(reading: span)
            }, keepsAlive: head.keepsAlive, fields: fields)
    }
}

/// The failure that a single head runs into, or nil.
func failure(_ text: String) -> HTTPFailure? { RequestRun(text).failure }

/// A head parsed from text, for the functions that judge a whole one.
func requestHead(_ text: String) throws -> RequestHead {
    var decoder = RequestDecoder()
    var head = RequestHead()
    _ = try decoder.next(Array(text.utf8).span, head: &head)
    return head
}

/// A GET of `/` with these field lines.
func get(_ fields: String..., method: String = "GET") throws -> RequestHead {
    try requestHead("\(method) / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
}
