import Foundation
import Testing
import xmpp_edge

@Suite struct ProgramTests {
    /// Ports of the kernel's choice, a server that need not be there.
    private static let arguments = [
        "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--domain", "example.org", "--upstream", "127.0.0.1:1",
    ]

    private static func file(_ text: String) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: "edge-\(UUID().uuidString).yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file
    }

    @Test("It says when it takes connections, reads its settings again on SIGHUP and ends with 0 on SIGTERM")
    func serves() throws {
        let program = try RunningProgram(Self.arguments)
        let line = program.readLine()
        let form =
            /ready http:\/\/127\.0\.0\.1:([1-9]\d*)\/ \(websocket \/ws, bosh \/bosh, admin http:\/\/127\.0\.0\.1:([1-9]\d*)\/\)/
        #expect(line.wholeMatch(of: form) != nil, "\(line)")
        program.send(SIGHUP)
        program.send(SIGTERM)
        let end = program.end()
        #expect(end.code == 0)
        #expect(end.output == "")
        #expect(end.errors.contains(" notice stopped\n"), "\(end.errors)")
    }

    @Test("A mistake in the file keeps the old settings when it is read again")
    func reload() throws {
        let file = try Self.file("upstreams: ['example.org=127.0.0.1:1']\n")
        defer { try? FileManager.default.removeItem(at: file) }
        let path = file.path(percentEncoded: false)
        let program = try RunningProgram(["--config", path, "--listen", "127.0.0.1:0", "--admin", "off"])
        #expect(program.readLine().hasPrefix("ready http://127.0.0.1:"))
        try "upstreams: nonsense\n".write(to: file, atomically: true, encoding: .utf8)
        program.send(SIGHUP)
        // Signals of different numbers come in the order of their numbers.
        program.send(SIGTERM)
        let end = program.end()
        #expect(end.code == 0)
        #expect(end.errors.contains("\(path): upstreams: \"nonsense\" is not DOMAIN=HOST:PORT"), "\(end.errors)")
    }

    @Test("An address that another program has is told with the flag that helps", arguments: ["--listen", "--admin"])
    func taken(_ flag: String) throws {
        let first = try RunningProgram(Self.arguments)
        let line = first.readLine()
        let address = try #require(line.firstMatch(of: /ready http:\/\/([^\/]+)\//)?.output.1)
        let arguments = Self.arguments + [flag, String(address)]
        let end = try RunningProgram.run(arguments + (flag == "--listen" ? [] : ["--workers", "1"]))
        first.send(SIGTERM)
        #expect(first.end().code == 0)
        #expect(end.code == 1)
        #expect(
            end.errors.contains(
                "xmpp-edge: cannot listen on \(address): address already in use; another program has it, choose another "
                    + "one with \(flag)\n"), "\(end.errors)")
    }

    @Test("What cannot be bound or found is told in a sentence")
    func cannotStart() throws {
        let place = try RunningProgram.run(Self.arguments + ["--listen", "192.0.2.1:0 plain"])
        #expect(place.code == 1)
        #expect(
            place.errors.contains("cannot listen on 192.0.2.1:0: this machine has no such address\n"), "\(place.errors)"
        )
        let folder = try RunningProgram.run(Self.arguments + ["--listen", "unix:/nonexistent/edge.sock"])
        #expect(folder.code == 1)
        #expect(folder.errors.contains("cannot listen on unix:/nonexistent/edge.sock: "), "\(folder.errors)")
    }

    @Test("A server whose name cannot be found is told of, and looked for again when somebody wants it")
    func unknownName() throws {
        let program = try RunningProgram([
            "--listen", "127.0.0.1:0", "--admin", "off", "--domain", "example.org", "--upstream", "xmpp.invalid",
        ])
        #expect(program.readLine().hasPrefix("ready "))
        program.send(SIGTERM)
        #expect(program.end().code == 0)
    }

    @Test("A connection to a server that leaves the machine unencrypted is warned of at the start")
    func warning() throws {
        let program = try RunningProgram([
            "--listen", "127.0.0.1:0", "--admin", "off", "--domain", "example.org", "--upstream", "192.0.2.1 plain",
        ])
        _ = program.readLine()
        program.send(SIGTERM)
        let errors = program.end().errors
        #expect(
            errors.contains(" warning example.org: the connection to 192.0.2.1:5222 leaves this machine"), "\(errors)")
    }

    @Test("Wrong settings end it with 1 and every mistake on a line")
    func wrongSettings() throws {
        let end = try RunningProgram.run(["--listen", "nowhere"], environment: ["XMPP_EDGE_WORKERS": "many"])
        #expect(end.code == 1)
        #expect(end.output == "")
        #expect(
            end.errors == "xmpp-edge: --listen: \"nowhere\" is not an address: HOST:PORT, [IPV6]:PORT or unix:/PATH, "
                + "with tls, plain or proxy behind it\n"
                + "xmpp-edge: XMPP_EDGE_WORKERS: \"many\" is not a whole number\n")
    }

    @Test("The file is named by a variable as well")
    func fileByVariable() throws {
        let end = try RunningProgram.run([], environment: ["XMPP_EDGE_CONFIG": "/nonexistent/edge.yaml"])
        #expect(end.code == 1)
        #expect(end.errors.contains("/nonexistent/edge.yaml cannot be read"))
    }

    @Test("check tells of each server and ends with 1 when one does not answer")
    func check() throws {
        let end = try RunningProgram.run(["check"] + Self.arguments)
        #expect(end.code == 1)
        #expect(
            end.output
                == "The settings are valid.\nFAIL example.org: 127.0.0.1:1 cannot be reached: Connection refused\n")
        #expect(end.errors == "")
    }

    @Test("A stranger finds help, the version, and the word that was mistyped")
    func help() throws {
        let help = try RunningProgram.run(["--help"])
        #expect(help.code == 0)
        for key in ["listen", "domain", "upstream", "public", "admin", "workers", "log-format", "log-level", "config"] {
            #expect(help.output.contains("--\(key) "))
        }
        #expect(help.output.contains("xmpp-edge --domain example.org --upstream 127.0.0.1:5222 --public public"))
        #expect(try RunningProgram.run(["--version"]).output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        let typo = try RunningProgram.run(["--log-fromat", "json"])
        #expect(typo.code == 64)
        #expect(typo.errors.contains("--log-format"))
    }
}
