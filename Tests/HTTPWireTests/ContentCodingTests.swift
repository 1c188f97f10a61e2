import HTTPWire
import Testing

@Suite struct ContentCodingTests {
    private func choose(_ value: String?, hasGzip: Bool = true) throws -> ContentCoding? {
        let head = try value.map { try get("Accept-Encoding: \($0)") } ?? get()
        return ContentCoding.choose(head, hasGzip: hasGzip)
    }

    @Test(
        "SF-011: gzip where it is acceptable",
        arguments: [
            "gzip", "deflate, GZIP;q=0.5", "*", "gzip;q=0.001", "x-gzip", "identity;q=0.5, gzip;q=0.5",
            "identity;q=0, gzip", "gzip ; q=1.000", "br,gzip",
        ])
    func gzip(value: String) throws {
        #expect(try choose(value) == .gzip)
    }

    @Test(
        "SF-011: identity where gzip is not",
        arguments: [
            "gzip;q=0", "", "br", "*;q=0.0, identity", "gzip;q=0, *", "identity, gzip;q=0.5", "gzip;q=x", "gzip;x=1",
            "gzip;q=2", "gzip;q=0.0000", "gzipx",
        ])
    func identity(value: String) throws {
        #expect(try choose(value) == .identity)
        #expect(try choose(nil) == .identity)
        #expect(try choose("gzip", hasGzip: false) == .identity)
    }

    @Test("SF-011: nothing acceptable is told")
    func nothing() throws {
        #expect(try choose("identity;q=0") == nil)
        #expect(try choose("*;q=0") == nil)
        #expect(try choose("identity;q=0, gzip", hasGzip: false) == nil)
    }

    @Test("BO-038: the coding of a body")
    func body() throws {
        #expect(try ContentCoding.ofBody(get()) == .identity)
        for value in ["", "identity", "Identity, identity", ","] {
            #expect(try ContentCoding.ofBody(get("Content-Encoding: \(value)")) == .identity, "\(value)")
        }
        for value in ["gzip", "GZIP", "x-gzip", "identity, gzip", "gzip, identity"] {
            #expect(try ContentCoding.ofBody(get("Content-Encoding: \(value)")) == .gzip, "\(value)")
        }
    }

    @Test(
        "BO-039: unknown codings and several of them",
        arguments: [
            ["br"], ["gzip, br"], ["deflate"], ["gzip, gzip"], ["gzip", "gzip"], ["gzip;q=1"], ["*"], ["gzipx"],
        ])
    func unknownBody(values: [String]) throws {
        let fields = values.map { "Content-Encoding: \($0)\r\n" }.joined()
        let head = try requestHead("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(ContentCoding.ofBody(head) == nil)
    }
}
