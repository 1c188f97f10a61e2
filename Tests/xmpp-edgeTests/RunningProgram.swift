/// The program itself, as an operator runs it: its output line by line, its end. Bounded in time.
import Foundation

final class RunningProgram {
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()

    /// It stands beside the tests.
    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "xmpp-edge")

    /// Seconds: far more than a busy machine needs.
    private static let limit = 120.0

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let started = process
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit) {
            // Nothing that it waits for, and no mask of signals, keeps it alive: the test sees an end that is none of the program's.
            if started.isRunning { kill(started.processIdentifier, SIGKILL) }
        }
    }

    /// The next line of standard output, without its end; empty when there is none.
    func readLine() -> String {
        var line: [UInt8] = []
        while let byte = try? output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits for the end: exit code, the rest of standard output, standard error.
    func end() -> (code: Int32, output: String, errors: String) {
        let errorText = (try? errors.fileHandleForReading.readToEnd()) ?? nil
        let outputText = (try? output.fileHandleForReading.readToEnd()) ?? nil
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: outputText ?? Data(), as: UTF8.self),
            String(decoding: errorText ?? Data(), as: UTF8.self)
        )
    }

    /// Runs to the end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> (
        code: Int32, output: String, errors: String
    ) {
        try RunningProgram(arguments, environment: environment).end()
    }
}
