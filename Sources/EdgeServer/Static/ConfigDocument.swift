/// What the page has to know about this edge, as the JSON text of `config.json`. Knows JSON (RFC 8259); does not know
/// what else the page keeps there.
package struct ConfigDocument {
    /// Each with its value as JSON text.
    private var members: [(name: String, value: String)] = []
    /// Of the files of the page; empty when nobody knows.
    var version = ""

    /// - Parameters:
    ///   - domains: what a user may log in to; `*` stands for any.
    ///   - websocket: a path on the page's own host; nil when there is none.
    package init(domains: [String], websocket: String?, bosh: String?) {
        let named = domains.filter { $0 != DomainRoute.anyDomain }
        members.append(("domains", "[" + domains.map(Self.quoted).joined(separator: ",") + "]"))
        // The one that is meant when a user types a name alone.
        if let domain = named.first { members.append(("domain", Self.quoted(domain))) }
        if let websocket { members.append(("websocket", Self.quoted(websocket))) }
        if let bosh { members.append(("bosh", Self.quoted(bosh))) }
    }

    package init(_ settings: Settings) {
        self.init(
            domains: settings.upstreams.map(\.domain), websocket: settings.websocketPaths.first,
            bosh: settings.boshPaths.first)
        if settings.page.allowsRegistration { members.append(("registration", "true")) }
        if let domain = settings.page.guestDomain {
            let rooms = settings.page.guestRooms.map(Self.quoted).joined(separator: ",")
            members.append(("guest", "{\"domain\":" + Self.quoted(domain) + ",\"rooms\":[" + rooms + "]}"))
        }
    }

    package enum Failure: Error, Equatable, CustomStringConvertible {
        case notAnObject

        package var description: String { "config.json does not hold one JSON object" }
    }

    /// The object with what the page's own document adds to it; the edge's members win.
    package func merged(over base: [UInt8]?) throws(Failure) -> [UInt8] {
        var members = members
        if !version.isEmpty { members.append(("version", Self.quoted(version))) }
        var all = members.map { Self.quoted($0.name) + ":" + $0.value }
        if let base {
            guard let object = JSONObject(base) else { throw .notAnObject }
            let ours = members.map { Self.quoted($0.name) }
            all += object.members.filter { !ours.contains($0.name) }.map { $0.name + ":" + $0.value }
        }
        return Array(("{" + all.joined(separator: ",") + "}\n").utf8)
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            // Also what would end a script, were the text ever put into a page.
            case "\u{0}"..."\u{1F}", "<", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// The members of a JSON object as they are written, cut apart but not read. Checks as much of the syntax as cutting needs.
struct JSONObject {
    /// The name with its quotes; escapes in it are not resolved.
    private(set) var members: [(name: String, value: String)] = []

    private let bytes: [UInt8]
    private var index = 0

    /// Nil for what is no object.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard parse() else { return nil }
    }

    private mutating func parse() -> Bool {
        guard skip("{") else { return false }
        if !skip("}") {
            repeat {
                space()
                guard let name = string(), skip(":") else { return false }
                space()
                guard let value = value() else { return false }
                members.append((text(name), text(value)))
            } while skip(",")
            guard skip("}") else { return false }
        }
        space()
        return index == bytes.count
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private mutating func space() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        space()
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func string() -> Range<Int>? {
        let start = index
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < bytes.count else { return nil }
        index += 1
        return start..<index
    }

    /// To the comma or brace behind the value, passing over what is nested or quoted.
    private mutating func value() -> Range<Int>? {
        let start = index
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return nil }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return start < index ? start..<index : nil }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return start < index ? start..<index : nil
            default: break
            }
            index += 1
        }
        return nil
    }
}
