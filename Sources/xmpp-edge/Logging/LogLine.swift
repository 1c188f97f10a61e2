/// Lays out one log line as text or JSON. Pure: a time, a level, a sentence and fields in, bytes out. Whatever a peer
/// managed to get into a value, a line stays one line and a terminal stays as it is.
package import EdgeServer

package struct LogLine {
    package enum Value {
        case text(String)
        case number(Int64)
    }

    package typealias Field = (name: String, value: Value)

    let time: LogTime
    let level: LogLevel
    let sentence: String
    let fields: [Field]

    package init(time: LogTime, level: LogLevel, sentence: String, fields: [Field]) {
        self.time = time
        self.level = level
        self.sentence = sentence
        self.fields = fields
    }

    package func write(_ format: LogFormat, to line: inout String) {
        switch format {
        case .text: writeText(to: &line)
        case .json: writeJSON(to: &line)
        }
        line += "\n"
    }

    private func writeText(to line: inout String) {
        time.write(to: &line)
        line += " "
        line += level.rawValue
        line += " "
        Self.escape(sentence, .text, to: &line)
        for (name, value) in fields {
            line += " "
            line += name
            line += "="
            switch value {
            case .number(let number): line += String(number)
            case .text(let text): Self.quoteIfNeeded(text, to: &line)
            }
        }
    }

    /// A value with spaces, quotes or nothing in it stands in quotes, so that a line can be taken apart again.
    private static func quoteIfNeeded(_ text: String, to line: inout String) {
        let isPlain = !text.isEmpty && !text.utf8.contains { $0 <= 0x20 || "\"=\\".utf8.contains($0) }
        if !isPlain { line += "\"" }
        escape(text, isPlain ? .text : .quoted, to: &line)
        if !isPlain { line += "\"" }
    }

    private func writeJSON(to line: inout String) {
        line += "{\"time\":\""
        time.write(to: &line)
        line += "\",\"level\":\""
        line += level.rawValue
        line += "\",\"message\":\""
        Self.escape(sentence, .quoted, to: &line)
        line += "\""
        for (name, value) in fields {
            line += ",\""
            Self.escape(name, .quoted, to: &line)
            line += "\":"
            switch value {
            case .number(let number):
                line += String(number)
            case .text(let text):
                line += "\""
                Self.escape(text, .quoted, to: &line)
                line += "\""
            }
        }
        line += "}"
    }

    private enum Escaping {
        case text
        /// Inside of quotes: quotes and backslashes as well.
        case quoted
    }

    private static func escape(_ text: String, _ escaping: Escaping, to line: inout String) {
        for scalar in text.unicodeScalars {
            if isDangerous(scalar) {
                writeEscape(scalar, to: &line)
            } else {
                if escaping == .quoted && (scalar == "\"" || scalar == "\\") { line += "\\" }
                line.unicodeScalars.append(scalar)
            }
        }
    }

    /// `\u` and four digits, as JSON has it; beyond the first plane as two of them.
    private static func writeEscape(_ scalar: Unicode.Scalar, to line: inout String) {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            let digits = String(unit, radix: 16)
            line += "\\u"
            line += String(repeating: "0", count: 4 - digits.utf8.count)
            line += digits
        }
    }

    /// Control and format characters: line ends of every kind, terminal sequences, characters that turn text around.
    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: return true
        default: return false
        }
    }
}
