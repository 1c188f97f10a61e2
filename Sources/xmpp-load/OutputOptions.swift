/// Where results go. Knows files and formats.
internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import LoadTest

struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write every parameter and figure there as one JSON object.", valueName: "file"))
    var json: String?
    @Option(help: ArgumentHelp("Write a report with plots there, one page that needs nothing else.", valueName: "file"))
    var html: String?
    @Option(
        help: ArgumentHelp(
            "Exit with 3 unless this holds; may be repeated. For example p99<50ms, failures=0, rate>=5000.",
            discussion: "Figures: \(Expectation.names.joined(separator: ", ")).", valueName: "condition"))
    var expect: [String] = []
    @Flag(name: .shortAndLong, help: "No progress line.")
    var quiet = false

    func write(_ result: LoadResult) throws {
        if let json { try ResultFile.write(result, to: json) }
        if let html {
            try Output.write(Data(HTMLReport.page(result).utf8), toFile: html)
        }
    }
}

/// Results as JSON.
enum ResultFile {
    static func write(_ result: LoadResult, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(result)
        data.append(UInt8(ascii: "\n"))
        try Output.write(data, toFile: path)
    }

    static func read(_ path: String) throws -> LoadResult {
        do {
            return try JSONDecoder().decode(LoadResult.self, from: Data(contentsOf: URL(filePath: path)))
        } catch is DecodingError {
            throw InvalidText("\(path) is no result of xmpp-load")
        } catch {
            throw InvalidText("\(path) cannot be read")
        }
    }
}

/// One line on standard error that shows the run as it goes: in place on a terminal, else a line now and then.
final class ProgressLine {
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var width = 0
    private var count = 0

    /// Between two lines where they cannot be overwritten, in seconds.
    private static let pause = 5

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func show(_ line: String) {
        guard !isQuiet else { return }
        count += 1
        if isTerminal {
            let padding = String(repeating: " ", count: max(0, width - line.count))
            width = line.count
            Output.remark("\r\(line)\(padding)")
        } else if count % Self.pause == 0 {
            Output.remark("\(line)\n")
        }
    }

    func end() {
        if isTerminal && !isQuiet && count > 0 { Output.remark("\n") }
    }
}
