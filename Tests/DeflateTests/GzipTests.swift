import Bytes
import Deflate
import Testing

@Suite struct GzipTests {
    @Test func writesTheHeaderWithoutNameAndTime() throws {
        let packed = try #require(Gzip.compress(Array("hello hello hello hello".utf8)))
        #expect(Array(packed.prefix(8)) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    }

    /// The trailer of RFC 1952: CRC-32 and size of the input, little-endian.
    @Test func writesTheChecksumAndSizeOfTheInput() throws {
        let packed = try #require(Gzip.compress(Array("123456789".utf8)))
        #expect(Array(packed.suffix(8)) == [0x26, 0x39, 0xF4, 0xCB, 9, 0, 0, 0])
    }

    @Test func makesRepetitiveInputSmall() throws {
        let page = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        let packed = try #require(Gzip.compress(page))
        #expect(packed.count < 300)
    }

    @Test func takesEmptyInput() throws {
        let packed = try #require(Gzip.compress([]))
        #expect(Array(packed.suffix(8)) == [0, 0, 0, 0, 0, 0, 0, 0])
    }
}
