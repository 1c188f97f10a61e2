/// Recorded exchanges between a client and a real server, read from Tests/Transcripts (its README names the lines). Knows
/// the file's format; does not know XMPP.
package import Foundation

package struct Transcript: Sendable {
    /// The server's name, from the file's.
    package let server: String
    package let scenarios: [Scenario]

    /// One TCP connection, or one of two that were open together.
    package struct Scenario: Sendable, CustomStringConvertible {
        package let server: String
        package let name: String
        package let events: [Event]

        package var description: String { "\(server) \(name)" }

        /// Some bytes were left out of the file because there were so many.
        package var isAbridged: Bool { events.contains(.abridged) }

        /// What the server sent between two sends of the client, as one run of bytes each.
        package var serverBytes: [UInt8] {
            events.flatMap { event -> [UInt8] in if case .server(let bytes) = event { bytes } else { [] } }
        }
    }

    package enum Event: Equatable, Sendable {
        case client([UInt8])
        case server([UInt8])
        case abridged
        case finished
        case reset
    }

    package static func all() throws -> [Transcript] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Transcripts")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "txt" }
            .sorted { $0.path < $1.path }
            .map { Transcript(server: $0.deletingPathExtension().lastPathComponent, text: try Data(contentsOf: $0)) }
    }

    package init(server: String, text: Data) {
        var scenarios: [Scenario] = []
        var name = ""
        var events: [String: [Event]] = [:]
        var connection = ""
        func flush() {
            for key in events.keys.sorted() {
                scenarios.append(
                    Scenario(server: server, name: key.isEmpty ? name : "\(name)@\(key)", events: events[key] ?? []))
            }
            events = [:]
            connection = ""
        }
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let line = Array(line)
            switch line.first {
            case UInt8(ascii: "="):
                flush()
                name = String(decoding: line.dropFirst(3), as: UTF8.self)
            case UInt8(ascii: "@"):
                connection = String(decoding: line.dropFirst(), as: UTF8.self)
            case UInt8(ascii: "#"), nil:
                break
            default:
                if let event = Self.event(line) { events[connection, default: []].append(event) }
            }
        }
        flush()
        self.server = server
        self.scenarios = scenarios
    }

    private static func event(_ line: [UInt8]) -> Event? {
        switch line {
        case Array("FIN".utf8): return .finished
        case Array("RST".utf8): return .reset
        default: break
        }
        guard line.count >= 2, line[1] == UInt8(ascii: " ") else { return nil }
        if line[0] == UInt8(ascii: "C") { return .client(unescaped(line[2...])) }
        guard line[0] == UInt8(ascii: "S"), let blank = line[2...].firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let bytes = line[(blank + 1)...]
        return isAbridged(bytes) ? .abridged : .server(unescaped(bytes))
    }

    /// `...(60108 bytes)...`
    private static func isAbridged(_ bytes: ArraySlice<UInt8>) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(" bytes)...")
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                output.append(byte)
                continue
            }
            switch kind {
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "x"):
                output.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            default: output.append(kind)
            }
        }
        return output
    }
}
