import EdgeServer
import Testing

@Suite struct MetricsTests {
    private func samples(_ text: String) throws -> [String: Int] {
        var found: [String: Int] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            try #require(parts.count == 2, "\(line)")
            #expect(
                found.updateValue(try #require(Int(parts[1])), forKey: String(parts[0])) == nil,
                "\(line) is there twice")
        }
        return found
    }

    @Test("Each figure is there by its name, and 0 as long as nothing was counted")
    func figures() throws {
        let counters = EdgeCounters()
        let before = try samples(Metrics.text(counters))
        #expect(before.values.allSatisfy { $0 == 0 })
        #expect(
            before.count == 5 + LimitName.allCases.count + HandshakeTrouble.allCases.count + LookupFigure.allCases.count
        )
        counters.sessionBegan()
        counters.sessionBegan()
        counters.sessionEnded()
        counters.count(.timeToHead)
        counters.count(HandshakeTrouble.certificateRefused)
        counters.count(LookupFigure.stale)
        let after = try samples(Metrics.text(counters)).filter { $0.value > 0 }
        #expect(
            after == [
                "xmpp_edge_sessions": 1, "xmpp_edge_sessions_begun_total": 2,
                "xmpp_edge_limits_reached_total{limit=\"time-to-head\"}": 1,
                "xmpp_edge_tls_handshakes_failed_total{cause=\"certificate-refused\"}": 1,
                "xmpp_edge_lookups_total{what=\"stale\"}": 1,
            ])
    }

    @Test("The text is OpenMetrics: a type and a help for each family in front of its samples, and the end is marked")
    func form() {
        let lines = Metrics.text(EdgeCounters()).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.suffix(2) == ["# EOF", ""])
        var family = ""
        var families: Set<String> = []
        for line in lines.dropLast(2) {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") {
                #expect(words.count == 4 && ["gauge", "counter"].contains(words[3]))
                family = words[3] == "counter" ? "\(words[2])_total" : String(words[2])
                #expect(families.insert(family).inserted)
            } else if line.hasPrefix("# HELP ") {
                #expect(family.hasPrefix(words[2]) && line.hasSuffix("."))
            } else {
                #expect(line.prefix { $0 != "{" && $0 != " " } == family)
            }
        }
        #expect(families.count == 8)
    }
}
