import EdgeServer
import Testing

@Suite struct ContentTypeTests {
    @Test("SF-012: the ending of the name decides, whatever its case")
    func endings() {
        let types = [
            "index.html": "text/html; charset=utf-8", "a.js": "text/javascript; charset=utf-8",
            "a/b.MJS": "text/javascript; charset=utf-8", "a.css": "text/css; charset=utf-8",
            "a.json": "application/json; charset=utf-8", "a.svg": "image/svg+xml; charset=utf-8",
            "a.wasm": "application/wasm", "a.woff2": "font/woff2", "favicon.ico": "image/x-icon",
            "a.b.png": "image/png", "manifest.webmanifest": "application/manifest+json; charset=utf-8",
        ]
        for (name, type) in types { #expect("\(ContentType(name: name).value)" == type, "\(name)") }
    }

    @Test("SF-012: an unknown ending, or none, is just bytes")
    func unknown() {
        for name in ["a.unknown", "a", "html", "a.html/b", "a."] {
            #expect("\(ContentType(name: name).value)" == "application/octet-stream", "\(name)")
        }
    }
}
