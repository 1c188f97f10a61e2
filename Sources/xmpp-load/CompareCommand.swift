/// `xmpp-load compare`: two results side by side.
internal import ArgumentParser
internal import Foundation
internal import LoadTest

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Print the figures of two results and their ratios.")

    @Argument(help: "What --json wrote before.")
    var before: String
    @Argument(help: "What --json wrote after.")
    var after: String

    func run() throws {
        do {
            let names = (name(before), name(after))
            let table = ResultComparison.table(
                try ResultFile.read(before), try ResultFile.read(after),
                names: names.0 == names.1 ? ("before", "after") : names)
            FileHandle.standardOutput.write(Data(table.utf8))
        } catch {
            FileHandle.standardError.write(Data("xmpp-load: \(error)\n".utf8))
            throw ExitCode(1)
        }
    }

    private func name(_ path: String) -> String {
        URL(filePath: path).deletingPathExtension().lastPathComponent
    }
}
