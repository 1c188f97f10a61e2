import EdgeServer
import Testing

@Suite struct AssetTests {
    private func asset(_ name: String = "a.js", _ text: String) -> Asset {
        Asset(name: name, bytes: Array(text.utf8), lastModified: 1)
    }

    @Test("SF-004: the tag is strong and changes with the content alone")
    func tags() {
        let one = asset("a.js", "one").identity.tag
        #expect(one == asset("b.css", "one").identity.tag)
        #expect(one != asset("a.js", "two").identity.tag)
        #expect(one.first == UInt8(ascii: "\"") && one.last == UInt8(ascii: "\""))
    }

    @Test("SF-011: what becomes smaller has a second form with a tag of its own")
    func gzip() throws {
        let text = String(repeating: "export const word = 'word'\n", count: 100)
        let packed = try #require(asset("a.js", text).gzip)
        #expect(packed.bytes.count < text.utf8.count / 4)
        #expect(packed.bytes.prefix(2) == [0x1F, 0x8B])
        #expect(packed.tag != asset("a.js", text).identity.tag)
        #expect(asset("a.png", text).gzip == nil)
        #expect(asset("a.js", "short").gzip == nil)
    }

    @Test(
        "SF-015: a name that carries a hash may be kept for good",
        arguments: ["app.3f9ac21b.js", "css/main-0123456789abcdef.css", "a.b.DEADBEE1.mjs"])
    func hashed(name: String) {
        #expect(asset(name, "x").cache == .immutable)
    }

    @Test(
        "SF-015: every other file is asked for again",
        arguments: [
            "index.html", "app.mjs", "3f9ac21b.js", "app.js.3f9ac21b", "facade-decade.js", "a.3f9a.js",
            "deadbeef1/a.js",
        ])
    func plain(name: String) {
        #expect(asset(name, "x").cache == .revalidate)
    }
}
