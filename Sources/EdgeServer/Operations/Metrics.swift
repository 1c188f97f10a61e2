/// The figures in the form that monitoring systems read (OpenMetrics 1.0). Pure: counters in, a text out. Labels have few,
/// fixed values, so that no peer can make the text grow.
package enum Metrics {
    package static let contentType: StaticString = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    package static func text(_ counters: EdgeCounters) -> String {
        let families = [
            gauge("sessions", "Sessions that stand.", counters.sessionsNow),
            counter("sessions_begun", "Sessions that began.", [("", counters.sessionsTotal)]),
            gauge("connections", "Connections of browsers and proxies, sessions among them.", counters.connectionsNow),
            counter("connections_accepted", "Such connections taken.", [("", counters.connectionsTotal)]),
            counter(
                "limits_reached", "How often a peer reached a limit of the configuration.",
                LimitName.allCases.map { ("limit=\"\($0.rawValue)\"", counters.reached($0)) }),
            counter(
                "tls_handshakes", "TLS handshakes of browsers that came to their end.", [("", counters.handshakesDone)]),
            counter(
                "tls_handshakes_failed", "TLS handshakes of browsers that did not, by cause.",
                HandshakeTrouble.allCases.map { ("cause=\"\($0.rawValue)\"", counters.failed($0)) }),
            counter(
                "lookups",
                "Names of servers asked for, what the answers were, and how often an old answer served for want of one.",
                LookupFigure.allCases.map { ("what=\"\($0.rawValue)\"", counters.lookups($0)) }),
        ]
        return families.joined() + "# EOF\n"
    }

    private static let prefix = "xmpp_edge_"

    private static func head(_ name: String, _ type: String, _ help: String) -> String {
        "# TYPE \(prefix)\(name) \(type)\n# HELP \(prefix)\(name) \(help)\n"
    }

    private static func gauge(_ name: String, _ help: String, _ value: Int) -> String {
        head(name, "gauge", help) + "\(prefix)\(name) \(value)\n"
    }

    private static func counter(_ name: String, _ help: String, _ samples: [(labels: String, value: Int)]) -> String {
        head(name, "counter", help)
            + samples.map { labels, value in
                "\(prefix)\(name)_total\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n"
            }.joined()
    }
}
