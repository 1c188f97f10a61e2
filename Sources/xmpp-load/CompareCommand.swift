/// `xmpp-load compare`: two results side by side.
internal import ArgumentParser
internal import FoundationEssentials
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
            Output.say(table)
        } catch {
            Output.remark("xmpp-load: \(error)\n")
            throw ExitCode(1)
        }
    }

    private func name(_ path: String) -> String {
        URL(filePath: path).deletingPathExtension().lastPathComponent
    }
}
