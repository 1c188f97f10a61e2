import EdgeServer
import Testing
import xmpp_edge

@Suite struct LogLineTests {
    /// 2001-09-09T01:46:40.007Z
    private static let time = LogTime(seconds: 1_000_000_000, milliseconds: 7)

    private static func line(_ format: LogFormat, _ sentence: String, _ fields: [LogLine.Field] = []) -> String {
        var text = ""
        LogLine(time: time, level: .info, sentence: sentence, fields: fields).write(format, to: &text)
        return text
    }

    @Test("A line for people: time, level, sentence, fields")
    func text() {
        let fields: [LogLine.Field] = [("client", .text("::1")), ("total_ms", .number(12)), ("note", .text("a \"b\""))]
        #expect(
            Self.line(.text, "session ended", fields)
                == "2001-09-09T01:46:40.007Z info session ended client=::1 total_ms=12 note=\"a \\\"b\\\"\"\n")
    }

    @Test("A line for programs: one JSON object")
    func json() {
        let fields: [LogLine.Field] = [
            ("client", .text("::1")), ("total_ms", .number(12)), ("note", .text("a \"\\b\"")),
        ]
        #expect(
            Self.line(.json, "session ended", fields)
                == "{\"time\":\"2001-09-09T01:46:40.007Z\",\"level\":\"info\",\"message\":\"session ended\","
                + "\"client\":\"::1\",\"total_ms\":12,\"note\":\"a \\\"\\\\b\\\"\"}\n")
    }

    @Test(
        "Whatever a peer put into a value, a line stays one line and moves no cursor",
        arguments: [
            "a\nb", "a\r\nb", "\u{1B}[2J", "\u{0}", "\u{7F}", "\u{85}", "\u{2028}", "\u{202E}evil", "\u{E0041}",
        ],
        [LogFormat.text, .json])
    func controls(_ value: String, _ format: LogFormat) {
        let line = Self.line(format, value, [("domain", .text(value))])
        #expect(line.unicodeScalars.filter { $0 == "\n" }.count == 1)
        for scalar in line.unicodeScalars.dropLast() {
            let category = scalar.properties.generalCategory
            #expect(category != .control && category != .format)
            #expect(category != .lineSeparator && category != .paragraphSeparator)
        }
        #expect(line.contains("\\u"))
    }

    @Test("An empty value and a value with an equals sign can be told apart from the next field")
    func quotes() {
        let fields: [LogLine.Field] = [("a", .text("")), ("b", .text("x=y")), ("c", .text("é☃"))]
        #expect(Self.line(.text, "s", fields).hasSuffix(" info s a=\"\" b=\"x=y\" c=é☃\n"))
    }
}
