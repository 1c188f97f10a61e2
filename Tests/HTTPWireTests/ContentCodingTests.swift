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
}
