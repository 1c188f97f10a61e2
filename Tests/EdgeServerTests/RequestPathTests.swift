import EdgeServer
import Testing

@Suite struct RequestPathTests {
    private func resolve(_ path: String) -> RequestPath.Result { RequestPath.resolve(Array(path.utf8).span) }
    private func name(_ name: String) -> RequestPath.Result { .name(Array(name.utf8)) }

    @Test("SF-001: escapes are decoded once")
    func decoding() {
        #expect(resolve("/") == name(""))
        #expect(resolve("/a/b.js") == name("a/b.js"))
        #expect(resolve("/a%20b%c3%A9") == name("a b\u{e9}"))
        #expect(resolve("/%2541") == name("%41"))
        #expect(resolve("/a%2Fb") == name("a/b"))
    }

    @Test(
        "SF-001: nothing leads out of the root",
        arguments: [
            "/../etc/passwd", "/%2e%2e/x", "/a/..%2f..%2fx", "//etc", "/a//b", "/.", "/a/./b", "/%2e", "/a/..", "",
            "etc", "*",
        ])
    func traversal(path: String) {
        #expect(resolve(path) == .none)
    }

    @Test("SF-001: what only looks like a way out is an ordinary name that no file has")
    func lookalikes() {
        #expect(resolve("/%252e%252e/") == name("%2e%2e/"))
        #expect(resolve("/a\\..\\b") == name("a\\..\\b"))
        #expect(resolve("/%c0%ae%c0%ae/x") == .name([0xC0, 0xAE, 0xC0, 0xAE, 0x2F, 0x78]))
    }

    @Test(
        "SF-002: bad escapes and control characters are malformed",
        arguments: ["/%", "/%z", "/%zz", "/a%2", "/%00", "/%0a", "/%7f", "/\u{1}"])
    func malformed(path: String) {
        #expect(resolve(path) == .malformed)
    }

    @Test("SF-003: hidden names are none of the page's", arguments: ["/.git/config", "/a/.env", "/%2egit/config"])
    func hidden(path: String) {
        #expect(resolve(path) == .none)
    }
}
