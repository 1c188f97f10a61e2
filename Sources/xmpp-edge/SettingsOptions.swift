/// The command line's part of the settings. Knows flags and their help; what a value means is the configuration's business.
internal import ArgumentParser
internal import EdgeServer
internal import Foundation

struct SettingsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read this YAML file; deploy/edge.yaml explains every key.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Take browsers' connections there: HOST:PORT, [IPV6]:PORT, *:PORT or unix:/PATH. Off this machine it has to be "
                + "with TLS, as 'HOST:PORT tls', or 'HOST:PORT plain', which takes passwords in clear from the network. "
                + "Repeat for more. (default: 127.0.0.1:5280)", valueName: "address"))
    var listen: [String] = []

    @Option(
        help: ArgumentHelp(
            "PEM file of a certificate for the listeners with TLS, with its chain. Repeat for more hosts.",
            valueName: "file"))
    var certificate: [String] = []

    @Option(
        help: ArgumentHelp(
            "PEM file of the certificate's key, where that is not in the same file. One for each --certificate.",
            valueName: "file"))
    var key: [String] = []

    @Option(
        help: ArgumentHelp(
            "Serve this XMPP domain. Repeat for more; '*' serves every domain.", valueName: "name"))
    var domain: [String] = []

    @Option(
        help: ArgumentHelp(
            "The domain's XMPP server, HOST or HOST:PORT of its client port, or srv where the domain's SRV records name "
                + "it. One for each --domain, one for all, or several for one --domain. "
                + "Off this machine it has to offer STARTTLS; 'HOST:PORT tls' takes TLS at once, and 'HOST:PORT plain' "
                + "sends passwords in clear.", valueName: "server"))
    var upstream: [String] = []

    @Option(name: .customLong("public"), help: ArgumentHelp("Serve the web page in this folder.", valueName: "folder"))
    var publicFolder: String?

    @Option(
        help: ArgumentHelp(
            "Serve health, readiness and figures there, or nowhere with off. (default: 127.0.0.1:5281)",
            valueName: "address"))
    var admin: String?

    @Option(
        help: ArgumentHelp(
            "Believe this proxy, an address or network, when its X-Forwarded-For or PROXY header names the client. Repeat "
                + "for more; unix for whoever connects to a Unix socket. (default: nobody)", valueName: "network"))
    var trustedProxies: [String] = []

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "Where the world reaches this server, https://HOST: clients are told so by host-meta (XEP-0156).",
            valueName: "url"))
    var publicURL: String?

    @Option(help: ArgumentHelp("Threads for sessions. (default: one per core)", valueName: "number"))
    var workers: String?

    @Option(help: ArgumentHelp("Lines for people (text) or for programs (json). (default: text)", valueName: "format"))
    var logFormat: String?

    @Option(
        help: ArgumentHelp(
            "Least important line to write: debug, info, notice, warning, error. (default: info)", valueName: "level"))
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "Compress messages and bodies of browsers: true or false. The file has the fine tuning. (default: true)",
            valueName: "switch"))
    var compression: String?

    /// All sources together.
    func settings(environment: [String: String]) throws(ConfigurationProblems) -> Settings {
        let variable = environment["XMPP_EDGE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        var file: ConfigurationFile?
        if let path = config ?? variable { file = try ConfigurationFile(path: path) }
        return try ConfigurationReader(flags: try flags(), environment: environment, file: file).read()
    }

    private func flags() throws(ConfigurationProblems) -> [String: [String]] {
        let one = ["public": publicFolder, "admin": admin, "workers": workers, "log-format": logFormat]
            .merging(["public-url": publicURL]) { first, _ in first }
            .merging(["log-level": logLevel]) { first, _ in first }
            .merging(["compression.websocket": compression, "compression.bosh": compression]) { first, _ in first }
        return one.compactMapValues { $0.map { [$0] } }
            .merging(["trusted-proxies": trustedProxies]) { first, _ in first }
            .merging(["tls.certificates": certificate, "tls.keys": key]) { first, _ in first }
            .merging(["listen": listen, "upstreams": try DomainPairs.pair(domain, upstream)]) { first, _ in first }
            .filter { !$0.value.isEmpty }
    }
}
