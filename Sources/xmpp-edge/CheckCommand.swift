/// `xmpp-edge check`: are these settings valid, and do the servers answer?
internal import ArgumentParser
internal import EdgeServer
internal import Foundation

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the settings, opens a stream to each XMPP server and says what it found.",
        discussion: "Takes the same flags, variables and file. Exits with 0 when all is well, else with 1.")

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let settings = try Problems.told { try options.settings(environment: ProcessInfo.processInfo.environment) }
        print("settings are valid: \(settings.upstreams.count) domains")
    }
}

/// Tells of problems on standard error and ends with exit code 1.
enum Problems {
    static func told<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let problems as ConfigurationProblems {
            for sentence in problems.sentences { tell(sentence) }
            throw ExitCode(1)
        }
    }

    static func tell(_ sentence: String) {
        FileHandle.standardError.write(Data("xmpp-edge: \(sentence)\n".utf8))
    }
}
