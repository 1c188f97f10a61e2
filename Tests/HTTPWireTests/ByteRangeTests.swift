import HTTPWire
import Testing

@Suite struct ByteRangeTests {
    private func range(_ fields: String..., method: String = "GET", size: Int = 100) throws -> ByteRange.Outcome {
        let lines = fields.map { $0 + "\r\n" }.joined()
        let head = try requestHead("\(method) / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
        return ByteRange.evaluate(
            head, size: size, tag: Array("\"abc\"".utf8), lastModified: 784_111_777, now: 1_700_000_000)
    }

    @Test("SF-008: a single range is a part")
    func single() throws {
        #expect(try range("Range: bytes=0-0") == .part(0..<1))
        #expect(try range("Range: bytes=10-") == .part(10..<100))
        #expect(try range("Range: bytes=90-200") == .part(90..<100))
        #expect(try range("Range: Bytes=-5") == .part(95..<100))
        #expect(try range("Range: bytes=-500") == .part(0..<100))
        #expect(try range("Range: bytes=0-99999999999999999999999999") == .part(0..<100))
    }

    @Test("SF-008: a range past the end cannot be satisfied")
    func pastTheEnd() throws {
        #expect(try range("Range: bytes=100-") == .unsatisfiable)
        #expect(try range("Range: bytes=999999999999999999999999-") == .unsatisfiable)
        #expect(try range("Range: bytes=-0") == .unsatisfiable)
        #expect(try range("Range: bytes=0-0", size: 0) == .unsatisfiable)
        #expect(try range("Range: bytes=-1", size: 0) == .unsatisfiable)
    }

    @Test(
        "SF-008: another unit and bad syntax are ignored",
        arguments: ["lines=1-2", "bytes=", "bytes=a-b", "bytes=5", "bytes=5-4", "bytes 1-2", "bytes=-", "bytes=1-2-3"])
    func ignored(value: String) throws {
        #expect(try range("Range: \(value)") == .whole)
    }

    @Test("SF-008: only GET has ranges")
    func methods() throws {
        #expect(try range("Range: bytes=0-0", method: "HEAD") == .whole)
        #expect(try range() == .whole)
    }

    @Test("SF-009: several ranges are answered with the whole")
    func several() throws {
        let many = (0..<100).map { "\($0)-\($0)" }.joined(separator: ",")
        #expect(try range("Range: bytes=\(many)") == .whole)
        #expect(try range("Range: bytes=0-1", "Range: bytes=2-3") == .whole)
    }

    @Test("SF-010: If-Range needs a strong match")
    func ifRange() throws {
        #expect(try range("Range: bytes=0-0", "If-Range: \"abc\"") == .part(0..<1))
        #expect(try range("Range: bytes=0-0", "If-Range: W/\"abc\"") == .whole)
        #expect(try range("Range: bytes=0-0", "If-Range: \"x\"") == .whole)
        #expect(try range("Range: bytes=0-0", "If-Range: Sun, 06 Nov 1994 08:49:37 GMT") == .part(0..<1))
        #expect(try range("Range: bytes=0-0", "If-Range: Sun, 06 Nov 1994 08:49:38 GMT") == .whole)
        #expect(try range("Range: bytes=999-", "If-Range: \"x\"") == .whole)
    }
}
