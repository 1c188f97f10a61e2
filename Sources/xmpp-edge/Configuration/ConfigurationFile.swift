/// A YAML file read as configuration values, with the list of keys that are in it. Knows YAML through swift-configuration;
/// knows none of our keys.
internal import Configuration
internal import Foundation
internal import Synchronization

package struct ConfigurationFile: Sendable {
    /// As the operator named it, for messages.
    let name: String
    /// Every key that has a value, with its groups, in the order of the file.
    package let keys: [String]
    let snapshot: any ConfigSnapshot

    package init(path: String) throws(ConfigurationProblems) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationProblems("\(path) cannot be read; name a file that exists with --config")
        }
        try self.init(name: path, text: String(decoding: data, as: UTF8.self))
    }

    package init(name: String, text: String) throws(ConfigurationProblems) {
        self.name = name
        let seen = Seen()
        // A snapshot does not tell its keys, but it asks about each whether it is a secret. None is: what is secret
        // stands in files of its own.
        let options = YAMLSnapshot.ParsingOptions(
            secretsSpecifier: .dynamic { key, _ in
                seen.keys.withLock { $0.append(key) }
                return false
            })
        let isEmpty = text.split(separator: "\n").allSatisfy { line in
            let line = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
            return line.isEmpty || line.hasPrefix("#") || line.hasPrefix("---")
        }
        do {
            let bytes = Array((isEmpty ? "{}" : text).utf8)
            snapshot = try YAMLSnapshot(data: bytes.span.bytes, providerName: name, parsingOptions: options)
        } catch {
            throw ConfigurationProblems("\(name) is no valid YAML: \(error)")
        }
        keys = seen.keys.withLock { $0 }
    }

    private final class Seen: Sendable {
        let keys = Mutex<[String]>([])
    }
}

/// What keeps a configuration from being used, each in one sentence.
package struct ConfigurationProblems: Error, Sendable, Equatable {
    package var sentences: [String]

    package init(_ sentences: String...) {
        self.sentences = sentences
    }
}

extension ConfigurationProblems: CustomStringConvertible {
    package var description: String { sentences.joined(separator: "; ") }
}
