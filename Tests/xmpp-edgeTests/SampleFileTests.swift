import EdgeServer
import Foundation
import Testing
import xmpp_edge

@Suite struct SampleFileTests {
    private static func sample() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "deploy/edge.yaml"), encoding: .utf8)
    }

    @Test("The sample has every key once and no other")
    func keys() throws {
        let file = try ConfigurationFile(name: "edge.yaml", text: try Self.sample())
        #expect(file.keys.sorted() == SettingKey.all.map(\.name).sorted())
    }

    @Test("The sample's values are the defaults, but for those that have none")
    func values() throws {
        let file = try ConfigurationFile(name: "edge.yaml", text: try Self.sample())
        let settings = try ConfigurationReader(flags: [:], environment: [:], file: file).read()
        var defaults = Settings()
        defaults.upstreams = [DomainRoute(domain: "example.org", host: "127.0.0.1")]
        defaults.publicFolder = "public"
        #expect(settings == defaults)
    }

    @Test("The sample writes values as the program would")
    func spelling() throws {
        let text = try Self.sample()
        for key in SettingKey.all where !key.isList {
            let name = key.components.last ?? ""
            for value in key.show(Settings()) { #expect(text.contains("\(name): \(value)\n"), "\(name): \(value)") }
        }
    }

    @Test("Every key of the sample has a comment above it, alone or with its neighbour")
    func comments() throws {
        var isExplained = false
        for line in try Self.sample().split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.drop { $0 == " " }
            if text.isEmpty { isExplained = false }
            if text.hasPrefix("#") { isExplained = true }
            if !text.isEmpty && !text.hasPrefix("#") { #expect(isExplained, "\(line)") }
        }
    }
}
