/// The program: reads flags, runs a load or a sink, and says in words what was found. Knows commands and exit codes.
internal import ArgumentParser

@main
struct XMPPLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xmpp-load",
        abstract: "Load tests for XMPP over WebSocket, BOSH and TCP, in clear and with TLS.",
        usage: """
            xmpp-load <scenario> <url> [<options>]
            xmpp-load sink [<options>]
            xmpp-load compare <before.json> <after.json>
            """,
        discussion: """
            For a first look, two terminals:

              xmpp-load sink --tcp 127.0.0.1:5222
              xmpp-load echo tcp://127.0.0.1:5222 --sessions 100

            and with an edge in front of the sink:

              xmpp-edge --domain bench.test --upstream 127.0.0.1:5222
              xmpp-load echo ws://127.0.0.1:5280/ws --sessions 100 --json echo.json --html echo.html
            """,
        version: Version.text,
        subcommands: [RunCommand.self, SinkCommand.self, CompareCommand.self],
        defaultSubcommand: RunCommand.self)

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            // The library's own code for a mistake in the flags is 64; one code for all of them is easier to ask for.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Output.remark(fullMessage(for: error) + "\n")
            exit(withError: ExitCode(1))
        }
    }
}

enum Version {
    static let text = "0.1.0"
}
