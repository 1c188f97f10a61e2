import EdgeServer
import Foundation
import Testing

@Suite struct StaticSiteTests {
    /// A folder that is removed with the test.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "edge-site-\(UUID().uuidString)")

        init() throws { try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: path) }

        func write(_ name: String, _ text: String) throws {
            let file = path.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }

        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: path.appending(path: name).path, withDestinationPath: target)
        }

        func load(_ settings: Settings = Settings()) throws -> StaticSite { try StaticSite.load(path.path, settings) }
        var signature: UInt64 { StaticSite.signature(path.path) }
    }

    private let folder: Folder

    init() throws {
        folder = try Folder()
        try folder.write("index.html", "<!doctype html>")
        try folder.write("sub/index.html", "sub")
        try folder.write("sub dir/\u{e9}/index.html", "escaped")
        try folder.write("app.mjs", "let a")
    }

    private func text(_ site: StaticSite, _ path: String) -> String {
        switch site.find(Array(path.utf8).span) {
        case .asset(let asset): String(decoding: asset.identity.bytes, as: UTF8.self)
        case .folder(let location): "-> " + String(decoding: location, as: UTF8.self)
        case .malformed: "malformed"
        case .none: "none"
        }
    }

    @Test("SF-003: a folder gives its index, with a slash at its end")
    func indexes() throws {
        let site = try folder.load()
        #expect(text(site, "/") == "<!doctype html>")
        #expect(text(site, "/app.mjs") == "let a")
        #expect(text(site, "/sub/") == "sub")
        #expect(text(site, "/sub") == "-> ./sub/")
        #expect(text(site, "/sub%20dir/\u{e9}") == "-> ./%c3%a9/")
        #expect(text(site, "/sub%20dir/") == "none")
        #expect(text(site, "/app.mjs/") == "none")
        #expect(text(site, "/%") == "malformed")
    }

    @Test("SF-003: hidden files, links out of the folder, links to folders and pipes are not there")
    func excluded() throws {
        try folder.write(".secret", "no")
        try folder.write(".git/config", "no")
        try folder.link("passwd", to: "/etc/passwd")
        try folder.link("etc", to: "/etc")
        try folder.link("round", to: ".")
        try folder.link("gone", to: "nowhere")
        try folder.link("alias.mjs", to: "app.mjs")
        #expect(mkfifo(folder.path.appending(path: "pipe").path, 0o600) == 0)
        let site = try folder.load()
        for path in ["/.secret", "/.git/config", "/passwd", "/etc/passwd", "/round/app.mjs", "/gone", "/pipe"] {
            #expect(text(site, path) == "none", "\(path)")
        }
        #expect(text(site, "/alias.mjs") == "let a")
    }

    @Test("SF-017: a loaded site does not change with its folder")
    func snapshot() throws {
        let site = try folder.load()
        try folder.write("app.mjs", "changed")
        #expect(text(site, "/app.mjs") == "let a")
        #expect(text(try folder.load(), "/app.mjs") == "changed")
    }

    @Test("the signature changes when a file is written, added or removed")
    func signatures() throws {
        let first = folder.signature
        #expect(first == folder.signature)
        // Of the same size: only its time tells, which the kernel rounds to some milliseconds.
        try folder.write("app.mjs", "let b")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)],
            ofItemAtPath: folder.path.appending(path: "app.mjs").path)
        let second = folder.signature
        try folder.write("more.mjs", "")
        let third = folder.signature
        try FileManager.default.removeItem(at: folder.path.appending(path: "more.mjs"))
        #expect(Set([first, second, third, folder.signature]).count == 3)
        #expect(second == folder.signature)
        #expect(StaticSite.signature("/nowhere/at/all") == 0)
    }

    @Test("config.json is there without a file of that name")
    func config() throws {
        #expect(text(try folder.load(), "/config.json").contains("\"websocket\":\"/ws\""))
        try folder.write("config.json", "{\"product\":\"Mine\"}")
        #expect(text(try folder.load(), "/config.json").contains("\"product\":\"Mine\""))
        try folder.write("config.json", "nonsense")
        #expect(throws: ConfigDocument.Failure.notAnObject) { try folder.load() }
    }

    private func shownVersion() throws -> String {
        let config = text(try folder.load(), "/config.json")
        let read = try JSONSerialization.jsonObject(with: Data(config.utf8)) as? [String: Any]
        return try #require(read?["version"] as? String)
    }

    @Test("config.json has a version that changes with any file and with the settings, and with nothing else")
    func version() throws {
        let seen = try shownVersion()
        #expect(!seen.isEmpty)
        #expect(try shownVersion() == seen)
        try folder.write("app.mjs", "let changed")
        let changed = try shownVersion()
        try folder.write("other.mjs", "let changed")
        let added = try shownVersion()
        try folder.write("config.json", "{\"product\":\"Mine\",\"version\":\"theirs\"}")
        let named = try shownVersion()
        #expect(Set([seen, changed, added, named, "theirs"]).count == 5)
    }

    @Test("a folder that is not there is told by its name")
    func missing() {
        #expect { try StaticSite.load("/nowhere/at/all", Settings()) } throws: { "\($0)".contains("/nowhere/at/all") }
    }
}
