import EdgeServer
import Testing
import xmpp_edge

@Suite struct ConfigurationReaderTests {
    private static func read(
        flags: [String: [String]] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws -> Settings {
        let file = try file.map { try ConfigurationFile(name: "edge.yaml", text: $0) }
        return try ConfigurationReader(flags: flags, environment: environment, file: file).read()
    }

    /// All that is wrong.
    private static func problems(
        flags: [String: [String]] = [:], environment: [String: String] = [:], file: String? = nil
    ) -> [String] {
        do {
            _ = try read(flags: flags, environment: environment, file: file)
            return []
        } catch let problems as ConfigurationProblems {
            return problems.sentences
        } catch {
            return ["an error of another kind: \(error)"]
        }
    }

    private static let server = "upstreams: [example.org=127.0.0.1]\n"

    @Test("Flags win over the environment, the environment over the file, the file over the defaults")
    func precedence() throws {
        let file = Self.server + "workers: 1\nlog-format: json\nlog-level: debug\n"
        let settings = try Self.read(
            flags: ["workers": ["3"]],
            environment: [
                "XMPP_EDGE_WORKERS": "2", "XMPP_EDGE_LOG_FORMAT": "text", "XMPP_EDGE_LIMITS_STANZA": "1 MiB",
            ],
            file: file + "limits: {stanza: 20000, body: 2 MiB}\n")
        #expect(settings.workers == 3)
        #expect(settings.logFormat == .text)
        #expect(settings.logLevel == .debug)
        #expect(settings.limits.stanza == 1 << 20)
        #expect(settings.limits.body == 2 << 20)
        #expect(settings.limits.depth == 64)
        #expect(settings.listeners == Settings().listeners)
    }

    @Test("Lists come from flags, from commas in a variable, and from YAML lists or single values")
    func lists() throws {
        let expected: [WebListener] = [.tcp(host: "::1", port: 1), .unix(path: "/run/e")]
        #expect(try Self.read(flags: ["listen": ["[::1]:1", "unix:/run/e"]], file: Self.server).listeners == expected)
        let variables = ["XMPP_EDGE_LISTEN": "[::1]:1, unix:/run/e", "XMPP_EDGE_UPSTREAMS": "a.example=x:1,*=y"]
        let settings = try Self.read(environment: variables)
        #expect(settings.listeners == expected)
        #expect(
            settings.upstreams == [
                DomainRoute(domain: "a.example", host: "x", port: 1), DomainRoute(domain: "*", host: "y", port: 5222),
            ])
        #expect(try Self.read(file: Self.server + "listen: ['[::1]:1', unix:/run/e]").listeners == expected)
        #expect(
            try Self.read(file: Self.server + "listen: 'localhost:80'").listeners == [.tcp(host: "localhost", port: 80)]
        )
        #expect(try Self.read(file: "upstreams: '*=[::1]:5222'").upstreams[0].server == "[::1]:5222")
    }

    @Test("A domain may have several servers, each with a priority and a weight")
    func severalServers() throws {
        let read = try Self.read(
            flags: ["upstreams": ["a=h:1 weight=3 proxy-v2 priority=10", "a=i:1 tls priority=20", "a=j:1"]],
            file: "# nothing\n"
        ).upstreams
        #expect(read.map(\.priority) == [10, 20, 0])
        #expect(read.map(\.weight) == [3, 1, 1])
        #expect(read.map(\.words) == [["proxy-v2", "priority=10", "weight=3"], ["tls", "priority=20"], []])
    }

    @Test("A word behind an address says how it is protected")
    func words() throws {
        let listeners = try Self.read(
            flags: ["listen": ["*:443 tls", "[::1]:80"], "tls.certificates": ["a.pem"]], file: Self.server
        ).listeners
        #expect(listeners.map(\.speaksTLS) == [true, false] && listeners[0].description == "0.0.0.0:443 tls")
        let read = try Self.read(
            flags: ["upstreams": ["a=h", "b=h starttls", "c=h tls", "d=h:1 plain"]], file: "# nothing\n"
        ).upstreams
        #expect(read.map(\.security) == [.byAddress, .startTLS, .directTLS, .plain])
        #expect(read.map(\.port) == [5222, 5222, 5223, 1])
        for wrong in [
            "a=h ssl", "a=h tls plain", "a=h tls tls", "a=", "a=h priority", "a=h priority=-1",
            "a=h priority=1 priority=2", "a=h weight=0", "a=h weight=65536", "a=h height=1",
        ] {
            #expect(Self.problems(flags: ["upstreams": [wrong]]).count == 1, "\(wrong)")
        }
        for wrong in ["*:1 ssl", "*:1 tls tls", "tls", "*:1 plain tls", "*:1 tls plain", "*:1 plain plain"] {
            #expect(Self.problems(flags: ["listen": [wrong]], file: Self.server).count == 1, "\(wrong)")
        }
    }

    @Test("Certificates, keys and listeners have to go together")
    func certificates() {
        func problems(_ flags: [String: [String]]) -> [String] { Self.problems(flags: flags, file: Self.server) }
        #expect(
            problems(["listen": ["*:1 tls"]]) == [
                "tls.certificates: a listener speaks TLS, and there is no certificate"
            ])
        #expect(
            problems(["listen": ["*:1 tls"], "tls.certificates": ["a", "b"], "tls.keys": ["c"]])
                == ["--key: 2 certificates and 1 keys do not pair up"])
        #expect(problems(["tls.certificates": ["a", "b"], "listen": ["*:1 tls"]]) == [])
    }

    @Test("A pin has its domain and a hash of 32 bytes")
    func pins() throws {
        let hash = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        let settings = try Self.read(
            flags: ["upstream-tls.pins": ["A.example=\(hash)", "*=\(hash)"]], file: Self.server)
        #expect(settings.upstreamTrust.pins.map(\.description) == ["a.example=\(hash)", "*=\(hash)"])
        for wrong in [hash, "a=sha256//AAAA", "a=AAAA", "a=sha1//\(hash)"] {
            #expect(Self.problems(flags: ["upstream-tls.pins": [wrong]], file: Self.server).count == 1, "\(wrong)")
        }
    }

    @Test("Every key is an environment variable as well", arguments: SettingKey.all.map(\.name))
    func environment(_ name: String) throws {
        let key = try #require(SettingKey.all.first { $0.name == name })
        var settings = Settings()
        settings.upstreams = [DomainRoute(domain: "example.org", host: "127.0.0.1")]
        settings.publicFolder = "public"
        let values = key.show(settings)
        guard !values.isEmpty else { return }
        let variables = [key.environmentName: values.joined(separator: ",")]
        let file = key.name == "upstreams" ? "" : Self.server
        let read = try Self.read(environment: variables, file: file)
        #expect(key.show(read) == values)
        let wrong = Self.problems(environment: [key.environmentName: "\u{1}"], file: file)
        // Any text is a folder, and what a path or a mechanism is the settings know.
        if key.name != "public" { #expect(wrong.first?.hasPrefix("\(key.environmentName): ") == true, "\(wrong)") }
    }

    @Test("A key without a value is not set, nor is an empty group")
    func empty() throws {
        let settings = try Self.read(
            environment: ["XMPP_EDGE_WORKERS": ""], file: Self.server + "workers:\npublic: ~\nlisten:\nlimits:\n")
        #expect(settings.workers == 0)
        #expect(settings.publicFolder == nil)
        #expect(settings.listeners == Settings().listeners)
        #expect(try Self.read(flags: ["upstreams": ["*=x"]], file: "# nothing\n\n").upstreams.count == 1)
    }

    @Test("Variables that container systems invent do no harm")
    func kubernetes() throws {
        let variables = [
            "XMPP_EDGE_SERVICE_HOST": "10.0.0.1", "XMPP_EDGE_PORT": "tcp://10.0.0.1:80",
            "XMPP_EDGE_PORT_80_TCP_ADDR": "10.0.0.1",
        ]
        #expect(Self.problems(environment: variables, file: Self.server) == [])
        for key in SettingKey.all { #expect(variables[key.environmentName] == nil) }
    }

    private static let mistakes: [(String, String)] = [
        ("worker: 2", "edge.yaml: there is no key worker; the nearest is workers"),
        ("limits: {stanzas: 20 KiB}", "edge.yaml: there is no key limits.stanzas; the nearest is limits.stanza"),
        ("stanza: 20 KiB", "edge.yaml: there is no key stanza; the nearest is limits.stanza"),
        ("listen: {tcp: '127.0.0.1:80'}", "edge.yaml: there is no key listen.tcp; the nearest is listen"),
        ("limits: 5", "edge.yaml: limits is a group of keys, such as limits.request-head"),
        ("workers: many", "edge.yaml: workers: \"many\" is not a whole number"),
        ("workers: [1, 2]", "edge.yaml: workers: takes one value, a whole number; not a list"),
        ("workers: 2000", "edge.yaml: workers: 2000 is not within 0 to 1024"),
        (
            "limits: {stanza: 12 parsecs}",
            "edge.yaml: limits.stanza: \"12 parsecs\" is not a size, such as 262144, 256 KiB or 1 MiB"
        ),
        (
            "limits: {time-to-open: 10}",
            "edge.yaml: limits.time-to-open: \"10\" is not a time with its unit, such as 500 ms, 10 s, 5 min or 1 h"
        ),
        (
            "limits: {stanza: 9999, stanza-before-login: 9999}",
            "edge.yaml: limits.stanza: 9999 bytes is not within 10000 to 67108864 bytes"
        ),
        ("log-format: xml", "edge.yaml: log-format: \"xml\" is not one of text, json"),
        ("log-level: loud", "edge.yaml: log-level: \"loud\" is not one of debug, info, notice, warning, error"),
        (
            "listen: [5280]",
            "edge.yaml: listen: \"5280\" is not an address: HOST:PORT, [IPV6]:PORT or unix:/PATH, "
                + "with tls, plain or proxy behind it"
        ),
        (
            "admin: nowhere",
            "edge.yaml: admin: \"nowhere\" is not an address (HOST:PORT, [IPV6]:PORT or unix:/PATH) or off"
        ),
        (
            "allowed-origins: [chat.example.org]",
            "edge.yaml: allowed-origins: \"chat.example.org\" is not same-host, no-origin, * or an origin such as "
                + "https://chat.example.org"
        ),
        (
            "connect-origins: [\"http://a; script-src *\"]",
            "edge.yaml: connect-origins: \"http://a; script-src *\" is not an origin, such as "
                + "http://upload.example.org:5443"
        ),
        ("page: {guest-domain: a@b}", "edge.yaml: page.guest-domain: \"a@b\" is not a domain"),
        ("page: {guest-rooms: [tea]}", "edge.yaml: page.guest-rooms: \"tea\" is not the address of a room"),
        ("strip-channel-binding: perhaps", "edge.yaml: strip-channel-binding: \"perhaps\" is not true or false"),
        (
            "hide-mechanisms: ['PLAIN TEXT']",
            "edge.yaml: hide-mechanisms: \"PLAIN TEXT\" is no name of a SASL mechanism"
        ),
        (
            "websocket-paths: [ws]",
            "edge.yaml: websocket-paths: \"ws\" is no path; write it like /ws, without a closing slash"
        ),
    ]

    @Test("A wrong line of a file is named with its key, its value and what is allowed", arguments: mistakes)
    func namesMistake(_ line: String, _ sentence: String) {
        #expect(Self.problems(file: Self.server + line) == [sentence])
    }

    @Test("All mistakes are told at once")
    func several() {
        #expect(Self.problems(file: "workers: x\nlisten: y\nunknown: z\n").count == 3)
    }

    @Test("A mistake is named where it was made")
    func origins() {
        #expect(
            Self.problems(flags: ["log-format": ["xml"]], file: Self.server) == [
                "--log-format: \"xml\" is not one of text, json"
            ])
        #expect(
            Self.problems(flags: ["upstreams": ["example.org=host:port"]]) == [
                "--domain, --upstream: \"example.org=host:port\" is not DOMAIN=HOST:PORT, such as "
                    + "example.org=127.0.0.1:5222, or DOMAIN=srv"
            ])
        #expect(
            Self.problems(environment: ["XMPP_EDGE_LIMITS_DEPTH": "1"], file: Self.server) == [
                "XMPP_EDGE_LIMITS_DEPTH: 1 is not within 8 to 1000"
            ])
    }

    @Test("Compression has keys in a group of its own, and one flag turns all of it off")
    func compression() throws {
        let off = ["compression.websocket": ["off"], "compression.bosh": ["off"]]
        let file = Self.server + "compression: {websocket: true, threshold: 1 KiB, window-memory: 64 MiB}\n"
        let settings = try Self.read(
            flags: off, environment: ["XMPP_EDGE_COMPRESSION_WINDOW_BITS": "13"], file: file)
        var expected = Compression()
        (expected.webSocket, expected.bosh) = (false, false)
        (expected.threshold, expected.windowMemory, expected.windowBits) = (1_024, 64 << 20, 13)
        #expect(settings.compression == expected)
        #expect(
            Self.problems(flags: ["compression.bosh": ["maybe"]], file: Self.server) == [
                "--compression: \"maybe\" is not true or false"
            ])
        #expect(
            Self.problems(file: Self.server + "compression: {window-bits: 8}\n") == [
                "edge.yaml: compression.window-bits: 8 is not within 9 to 15"
            ])
    }

    @Test("Without any server the way to name one is told")
    func noServer() {
        #expect(
            Self.problems() == [
                "no XMPP server is named: use --domain example.org --upstream 127.0.0.1:5222, or --config"
            ])
    }

    @Test(
        "What is no YAML is refused with the place",
        arguments: ["a: [", "- a\n- b", "just text", "a: 1\na: 2", "\t- x"])
    func noYAML(_ text: String) {
        let problems = Self.problems(file: text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("edge.yaml is no valid YAML: ") == true, "\(problems)")
    }

    @Test("A file that is not there is named")
    func noFile() {
        #expect(
            throws: ConfigurationProblems(
                "/nonexistent/edge.yaml cannot be read; name a file that exists with --config")
        ) {
            try ConfigurationFile(path: "/nonexistent/edge.yaml")
        }
    }
}
