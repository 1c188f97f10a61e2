/// One key of the configuration: its name, its written form, and the setting it stands for. Knows not where a value comes
/// from: file, environment and flags all give texts.
package import EdgeServer

package struct SettingKey: Sendable {
    /// With its group, as in `limits.stanza`.
    package let name: String
    /// It takes several values.
    package let isList: Bool
    /// What a value has to be, to stand after "is not".
    let form: String
    /// Puts the values into the settings; the first that has not the form is the failure.
    let read: @Sendable ([String], inout Settings) throws(WrongValue) -> Void
    /// The values that give these settings.
    package let show: @Sendable (Settings) -> [String]

    struct WrongValue: Error {
        let value: String
    }

    package var components: [String] { name.split(separator: ".").map(String.init) }

    /// The environment variable with the same meaning.
    package var environmentName: String {
        "XMPP_EDGE_" + name.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
    }
}

extension SettingKey {
    /// A key with one value.
    static func one(
        _ name: String, _ form: String, _ show: @escaping @Sendable (Settings) -> String?,
        _ read: @escaping @Sendable (String, inout Settings) -> Bool
    ) -> SettingKey {
        SettingKey(
            name: name, isList: false, form: form,
            read: { values, settings throws(WrongValue) in
                for value in values where !read(value, &settings) { throw WrongValue(value: value) }
            },
            show: { show($0).map { [$0] } ?? [] })
    }

    /// A key with several values.
    static func list<Item>(
        _ name: String, _ form: String, _ field: any WritableKeyPath<Settings, [Item]> & Sendable,
        _ read: @escaping @Sendable (String) -> Item?, _ show: @escaping @Sendable (Item) -> String
    ) -> SettingKey {
        SettingKey(
            name: name, isList: true, form: form,
            read: { values, settings throws(WrongValue) in
                var items: [Item] = []
                for value in values {
                    guard let item = read(value) else { throw WrongValue(value: value) }
                    items.append(item)
                }
                settings[keyPath: field] = items
            },
            show: { $0[keyPath: field].map(show) })
    }

    /// A key whose value is one of a few words.
    static func word<Word: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ field: any WritableKeyPath<Settings, Word> & Sendable
    ) -> SettingKey {
        one(
            name, "one of " + Word.allCases.map(\.rawValue).joined(separator: ", "),
            { $0[keyPath: field].rawValue },
            { text, settings in
                guard let word = Word(rawValue: text.lowercased()) else { return false }
                settings[keyPath: field] = word
                return true
            })
    }

    /// A key below `limits`.
    static func limit(_ rule: LimitRule) -> SettingKey {
        let name = "limits.\(rule.key)"
        switch rule.field {
        case .size(let field, _):
            return number(name, WrittenValue.sizeForm, field, WrittenValue.size) { WrittenValue.text(size: $0) }
        case .count(let field, _):
            return number(name, WrittenValue.countForm, field, WrittenValue.count) { "\($0)" }
        case .time(let field, _):
            return number(name, WrittenValue.timeForm, field, WrittenValue.time) { WrittenValue.text(time: $0) }
        }
    }

    static func size(_ name: String, _ field: any WritableKeyPath<Settings, Int> & Sendable) -> SettingKey {
        value(name, WrittenValue.sizeForm, field, WrittenValue.size) { WrittenValue.text(size: $0) }
    }

    static func time(_ name: String, _ field: any WritableKeyPath<Settings, UInt64> & Sendable) -> SettingKey {
        value(name, WrittenValue.timeForm, field, WrittenValue.time) { WrittenValue.text(time: $0) }
    }

    static func count(_ name: String, _ field: any WritableKeyPath<Settings, Int> & Sendable) -> SettingKey {
        value(name, WrittenValue.countForm, field, WrittenValue.count) { "\($0)" }
    }

    static func onOff(_ name: String, _ field: any WritableKeyPath<Settings, Bool> & Sendable) -> SettingKey {
        value(name, WrittenValue.switchForm, field, WrittenValue.isOn) { "\($0)" }
    }

    private static func number<Number>(
        _ name: String, _ form: String, _ field: any WritableKeyPath<Limits, Number> & Sendable,
        _ read: @escaping @Sendable (String) -> Number?, _ show: @escaping @Sendable (Number) -> String
    ) -> SettingKey {
        one(name, form, { show($0.limits[keyPath: field]) }) { text, settings in
            guard let number = read(text) else { return false }
            settings.limits[keyPath: field] = number
            return true
        }
    }

    private static func value<Value>(
        _ name: String, _ form: String, _ field: any WritableKeyPath<Settings, Value> & Sendable,
        _ read: @escaping @Sendable (String) -> Value?, _ show: @escaping @Sendable (Value) -> String
    ) -> SettingKey {
        one(name, form, { show($0[keyPath: field]) }) { text, settings in
            guard let value = read(text) else { return false }
            settings[keyPath: field] = value
            return true
        }
    }
}
