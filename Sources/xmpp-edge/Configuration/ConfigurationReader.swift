/// Makes settings of flags, environment variables and a file, in this order of precedence, over the defaults. Knows where
/// a value came from, so that a mistake is named where it was made.
internal import Configuration
package import EdgeServer

package struct ConfigurationReader {
    private let sources: [Source]
    private let file: ConfigurationFile?
    private var problems = ConfigurationProblems()
    /// Where each key's value came from, as an operator would call it.
    private var origins: [String: String] = [:]

    private struct Source {
        let snapshot: any ConfigSnapshot
        /// Components in front of the key's own.
        let prefix: [String]
        let label: (SettingKey) -> String
    }

    /// - Parameters:
    ///   - flags: values by key; a key with none is absent.
    ///   - environment: all variables of the process; those without our prefix are no business of ours, and those with it
    ///     that are unknown neither: container systems invent such (`XMPP_EDGE_SERVICE_HOST`).
    package init(flags: [String: [String]], environment: [String: String], file: ConfigurationFile?) {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for key in SettingKey.all {
            guard let given = flags[key.name], let first = given.first else { continue }
            values[AbsoluteConfigKey(key.components)] = ConfigValue(
                key.isList ? .stringArray(given) : .string(first), isSecret: false)
        }
        let variables = EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
        self.file = file
        sources =
            [
                Source(snapshot: InMemoryProvider(values: values).snapshot(), prefix: [], label: Self.flag),
                Source(snapshot: variables.snapshot(), prefix: ["xmpp-edge"], label: \.environmentName),
            ] + Self.source(file)
    }

    private static func source(_ file: ConfigurationFile?) -> [Source] {
        guard let file else { return [] }
        return [Source(snapshot: file.snapshot, prefix: [], label: { "\(file.name): \($0.name)" })]
    }

    /// The key's flag; domains and their servers come in pairs, and one flag is for all compression.
    private static func flag(_ key: SettingKey) -> String {
        if key.name == "upstreams" { return "--domain, --upstream" }
        if key.name == "tls.certificates" { return "--certificate" }
        if key.name == "tls.keys" { return "--key" }
        return key.name.hasPrefix("compression.") ? "--compression" : "--\(key.name)"
    }

    /// Valid settings, or all that is wrong.
    package consuming func read() throws(ConfigurationProblems) -> Settings {
        var settings = Settings()
        findUnknownKeys()
        for key in SettingKey.all { read(key, into: &settings) }
        guard problems.sentences.isEmpty else { throw problems }
        if settings.upstreams.isEmpty {
            throw ConfigurationProblems(
                "no XMPP server is named: use --domain example.org --upstream 127.0.0.1:5222, or --config")
        }
        for problem in settings.validate() {
            problems.sentences.append("\(origins[problem.key] ?? problem.key): \(problem.sentence)")
        }
        guard problems.sentences.isEmpty else { throw problems }
        return settings
    }

    private mutating func read(_ key: SettingKey, into settings: inout Settings) {
        for source in sources {
            let label = source.label(key)
            do {
                guard let values = try Self.values(of: key, in: source) else { continue }
                origins[key.name] = label
                try key.read(values, &settings)
            } catch let error as SettingKey.WrongValue {
                problems.sentences.append("\(label): \"\(error.value)\" is not \(key.form)")
            } catch {
                problems.sentences.append("\(label): takes one value, \(key.form); not a list")
            }
            return
        }
    }

    /// The values in a source; nil when it has none, or an empty one.
    private static func values(of key: SettingKey, in source: Source) throws -> [String]? {
        let place = AbsoluteConfigKey(source.prefix + key.components)
        if key.isList {
            let found = try? source.snapshot.value(forKey: place, type: .stringArray).value?.content
            if case .stringArray(let values)? = found { return values }
        }
        guard case .string(let value)? = try source.snapshot.value(forKey: place, type: .string).value?.content else {
            return nil
        }
        return isNothing(value) ? nil : [value]
    }

    /// How YAML writes a key without a value.
    private static func isNothing(_ text: String) -> Bool {
        ["", "~", "null"].contains(text.lowercased())
    }

    private mutating func findUnknownKeys() {
        guard let file else { return }
        let known = SettingKey.all.map(\.name)
        for key in file.keys where !known.contains(key) {
            let group = known.first { $0.hasPrefix(key + ".") }
            if let group {
                if isEmptyGroup(key, file) { continue }
                problems.sentences.append("\(file.name): \(key) is a group of keys, such as \(group)")
            } else {
                let nearest = NearestWord.find(key, in: known) ?? ""
                problems.sentences.append("\(file.name): there is no key \(key); the nearest is \(nearest)")
            }
        }
    }

    /// `limits:` with all its keys commented out.
    private func isEmptyGroup(_ key: String, _ file: ConfigurationFile) -> Bool {
        let place = AbsoluteConfigKey(key.split(separator: ".").map(String.init))
        guard case .string(let value)? = try? file.snapshot.value(forKey: place, type: .string).value?.content else {
            return false
        }
        return Self.isNothing(value)
    }
}
