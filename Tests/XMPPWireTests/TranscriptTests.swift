import Bytes
import Testing
import WireTesting
import XMPPWire

/// Connections where a server spoke XMPP, and everything it said is in the file.
private let scenarios = (try? Transcript.all().flatMap(\.scenarios)) ?? []

private let whole = scenarios.filter { scenario in
    // To an HTTP request jabberd14 answers HTTP; after `proceed` comes TLS.
    !scenario.isAbridged && !scenario.serverBytes.isEmpty && !scenario.serverBytes.starts(with: "HTTP".utf8)
}

@Suite struct TranscriptTests {
    @Test("the recorded servers are there")
    func recorded() {
        #expect(Set(scenarios.map(\.server)).count == 7)
        #expect(whole.count > 120)
    }

    @Test("WX-008, XS-017: every element a real server sent parses alone, in the namespaces it had", arguments: whole)
    func standsAlone(scenario: Transcript.Scenario) {
        let checker = StanzaChecker()
        for event in ScannerRun.events([scenario.serverBytes[...]]) {
            switch event {
            case .element(let text, let kind):
                let outcome = checker.outcome(Array(text.utf8), .afterLogin)
                #expect(outcome.kind != nil, "\(outcome): \(text)")
                if [.stanza, .iqResult, .iqError].contains(kind) { #expect(outcome.kind == .stanza) }
            case .failed(let failure):
                Issue.record("\(failure)")
            case .header, .end:
                break
            }
        }
    }

    @Test("the same events however a real server's bytes are cut", arguments: whole)
    func cuts(scenario: Transcript.Scenario) {
        let bytes = scenario.serverBytes
        let expected = ScannerRun.events([bytes[...]])
        #expect(ScannerRun.events(bytes.indices.map { bytes[$0...$0] }) == expected)
        for pieces in Cuts.random(of: bytes, count: 5, seed: 7) {
            #expect(ScannerRun.events(pieces) == expected)
        }
    }

    @Test("XS-020: stream errors of real servers come whole", arguments: whole.filter { $0.name.hasPrefix("err-") })
    func streamErrors(scenario: Transcript.Scenario) {
        let text = String(decoding: scenario.serverBytes, as: UTF8.self)
        guard text.contains("stream:error") else { return }
        let errors = ScannerRun.events([scenario.serverBytes[...]]).compactMap { event -> String? in
            if case .element(let text, .streamError) = event { text } else { nil }
        }
        #expect(errors.count == 1)
        #expect(errors.allSatisfy { text.contains($0.suffix(from: $0.firstIndex(of: ">") ?? $0.startIndex)) })
    }

    @Test("login, features and stream ends of real servers are recognised")
    func session() {
        var sessions = 0
        for scenario in whole where scenario.name == "session" {
            let events = ScannerRun.events([scenario.serverBytes[...]])
            sessions += 1
            #expect(events.contains { if case .header = $0 { true } else { false } }, "\(scenario)")
            #expect(events.contains { if case .element(_, .iqResult) = $0 { true } else { false } }, "\(scenario)")
            guard !scenario.server.hasPrefix("jabberd14"), scenario.server != "djabberd-nosasl" else { continue }
            #expect(events.count { if case .header = $0 { true } else { false } } == 2, "\(scenario)")
            #expect(events.count { if case .element(_, .features) = $0 { true } else { false } } == 2, "\(scenario)")
            #expect(events.contains { ScannerRun.isLogin($0) }, "\(scenario)")
            #expect(events.last == .end, "\(scenario)")
        }
        #expect(sessions == 7)
    }

    @Test("WX-008: jabberd2's features carry the prefix that only its stream header declares")
    func jabberd2Acknowledgement() throws {
        let scenario = try #require(whole.first { $0.server == "jabberd2" && $0.name == "session" })
        let features = ScannerRun.events([scenario.serverBytes[...]]).compactMap { event -> String? in
            if case .element(let text, .features) = event { text } else { nil }
        }
        let last = try #require(features.last)
        #expect(last.contains("<ack:ack/>"))
        #expect(last.contains("xmlns:ack='http://www.xmpp.org/extensions/xep-0198.html#ns'"))
    }
}
