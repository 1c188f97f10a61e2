/// The program: reads the settings, runs the server, and says in words what went wrong. Knows commands and exit codes.
internal import ArgumentParser
internal import EdgeServer
internal import Foundation

@main
struct XMPPEdge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xmpp-edge",
        abstract: "Puts any XMPP server on the web.",
        usage: """
            xmpp-edge --domain <name> --upstream <server> [--public <folder>] [<options>]
            xmpp-edge --config <file> [<options>]
            xmpp-edge check [<options>]
            """,
        discussion: """
            Takes WebSocket connections of browsers, passes each on as an ordinary client connection to an XMPP server, \
            and serves a web chat page. For a server on this machine:

              xmpp-edge --domain example.org --upstream 127.0.0.1:5222 --public public

            Then open http://127.0.0.1:5280/.

            Everything can also be set in a YAML file (deploy/edge.yaml explains every key) and by environment variables \
            (XMPP_EDGE_LISTEN for --listen, XMPP_EDGE_LIMITS_STANZA for limits.stanza of the file). A flag wins over a \
            variable, a variable over the file. SIGTERM ends the program; SIGHUP makes it read its settings again.
            """,
        version: Version.text,
        subcommands: [CheckCommand.self])

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let settings = try options.settingsOrExit()
        let environment = ProcessInfo.processInfo.environment
        let service = ServiceManager(
            environment: environment, processID: ProcessInfo.processInfo.processIdentifier)
        try Server(settings, service: service) { () throws(ConfigurationProblems) in
            try options.settings(environment: environment)
        }.run()
    }
}

enum Version {
    static let text = "0.1.0"
}
