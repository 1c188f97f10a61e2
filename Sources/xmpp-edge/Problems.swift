/// Tells an operator what went wrong before there is a log. Knows standard error and exit code 1.
internal import ArgumentParser
internal import EdgeServer
internal import Foundation
internal import Glibc

enum Problems {
    static func tell(_ sentence: String) {
        Terminal.write("xmpp-edge: \(sentence)\n", to: STDERR_FILENO)
    }
}

extension SettingsOptions {
    /// Valid settings of flags, environment and file; tells what is wrong and ends the program otherwise.
    func settingsOrExit() throws -> Settings {
        do throws(ConfigurationProblems) {
            return try settings(environment: ProcessInfo.processInfo.environment)
        } catch {
            for sentence in error.sentences { Problems.tell(sentence) }
            throw ExitCode(1)
        }
    }
}
