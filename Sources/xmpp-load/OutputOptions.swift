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

    /// Opens the files.
    func reports() throws -> Reports {
        if let json, json == html { throw InvalidText("--json and --html name the same file, \(json)") }
        return Reports(json: try json.map { try OutputFile($0) }, html: try html.map { try OutputFile($0) })
    }
}

/// The files that a run is reported in.
struct Reports {
    let json: OutputFile?
    let html: OutputFile?

    func write(_ result: LoadResult) throws {
        try json?.write(try ResultFile.text(of: result))
        try html?.write(Array(HTMLReport.page(result).utf8))
    }
}

/// Results as JSON.
enum ResultFile {
    static func text(of result: LoadResult) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(result)
        data.append(UInt8(ascii: "\n"))
        return Array(data)
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
            // A line that wraps could not be overwritten. The last column stays free: a cursor behind it is on the next line.
            Output.remark("\r\(line.prefix(max(1, columns - 1)))\u{1B}[K")
        } else if count % Self.pause == 0 {
            Output.remark("\(line)\n")
        }
    }

    private var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    func end() {
        if isTerminal && !isQuiet && count > 0 { Output.remark("\n") }
    }
}
