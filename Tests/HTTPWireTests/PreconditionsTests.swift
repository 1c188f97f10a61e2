import HTTPWire
import Testing

@Suite struct PreconditionsTests {
    private static let tag = "\"abc\""
    private static let changed = 784_111_777
    private static let then = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

    private func judge(_ head: RequestHead) -> Preconditions.Outcome {
        Preconditions.evaluate(head, tag: Array(Self.tag.utf8), lastModified: Self.changed, now: 1_700_000_000)
    }

    @Test("SF-005: If-None-Match compares weakly, takes lists and the asterisk")
    func ifNoneMatch() throws {
        for match in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"x,y\" , W/\"abc\"", "*", " * "] {
            #expect(judge(try get("If-None-Match: \(match)")) == .notModified, "\(match)")
        }
        for other in ["\"ab\"", "abc", "\"x\", \"y\"", "w/\"abc\"", "\"*\"", "\"x,\"abc\"\""] {
            #expect(judge(try get("If-None-Match: \(other)")) == .proceed, "\(other)")
        }
        #expect(judge(try get("If-None-Match: \"x\"", "If-None-Match: \"abc\"")) == .notModified)
        #expect(judge(try get("If-None-Match: \"abc\"", method: "HEAD")) == .notModified)
        #expect(judge(try get("If-None-Match: \"abc\"", method: "PUT")) == .failed)
    }

    @Test("SF-006: the conditions count in their order")
    func order() throws {
        #expect(judge(try get("If-None-Match: \"x\"", "If-Modified-Since: \(Self.after)")) == .proceed)
        #expect(judge(try get("If-Match: \"x\"")) == .failed)
        #expect(judge(try get("If-Match: W/\"abc\"")) == .failed)
        #expect(judge(try get("If-Match: *")) == .proceed)
        #expect(judge(try get("If-Match: \"abc\"", "If-None-Match: \"abc\"")) == .notModified)
        #expect(judge(try get("If-Match: \"abc\"", "If-Unmodified-Since: \(Self.before)")) == .proceed)
        #expect(judge(try get("If-Unmodified-Since: \(Self.before)")) == .failed)
        #expect(judge(try get("If-Unmodified-Since: \(Self.then)")) == .proceed)
    }

    @Test("SF-006: If-Modified-Since alone decides by date, for GET and HEAD")
    func ifModifiedSince() throws {
        #expect(judge(try get("If-Modified-Since: \(Self.then)")) == .notModified)
        #expect(judge(try get("If-Modified-Since: \(Self.after)")) == .notModified)
        #expect(judge(try get("If-Modified-Since: \(Self.before)")) == .proceed)
        #expect(judge(try get("If-Modified-Since: \(Self.then)", method: "POST")) == .proceed)
    }

    @Test("SF-007: a date that does not parse is ignored")
    func junkDates() throws {
        #expect(judge(try get("If-Modified-Since: yesterday")) == .proceed)
        #expect(judge(try get("If-Unmodified-Since: yesterday")) == .proceed)
    }
}
