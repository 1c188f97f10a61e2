import WireTesting
import XMPPWire
import Testing

@Suite struct StartTLSNegotiationTests {
    private typealias Failure = StartTLSNegotiation.Failure
    private static let header =
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
        + "id='1' from='example.org' version='1.0'>"
    private static let features =
        "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"
    private static let referral =
        "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>other.example:5223</see-other-host></stream:error>"
    private static let proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

    /// What was done with bytes that came in these pieces.
    private func run(_ pieces: [ArraySlice<UInt8>]) -> [String] {
        var negotiation = StartTLSNegotiation()
        var kept: [UInt8] = []
        var done: [String] = []
        for piece in pieces {
            kept += piece
            var goesOn = true
            while goesOn {
                do throws(Failure) {
                    switch try negotiation.next(kept.span) {
                    case .needMore(let used):
                        kept.removeFirst(used)
                        goesOn = false
                    case .ask(let used):
                        kept.removeFirst(used)
                        done.append("ask")
                    case .proceed:
                        return done + ["proceed"]
                    }
                } catch {
                    return done + ["\(error)"]
                }
            }
        }
        return done
    }

    private func run(_ text: String) -> [String] { run([Array(text.utf8)[...]]) }

    @Test("UP-007: it asks when TLS is offered and goes on at <proceed/>, however the bytes are cut")
    func succeeds() {
        let bytes = Array((Self.header + "\n " + Self.features + " " + Self.proceed).utf8)
        for cut in 0..<bytes.count {
            #expect(run([bytes[..<cut], bytes[cut...]]) == ["ask", "proceed"], "cut at \(cut)")
        }
        #expect(run(bytes.indices.map { bytes[$0...$0] }) == ["ask", "proceed"])
    }

    @Test("UP-008: nothing may follow <proceed/> in clear", arguments: [" ", "<stream:features/>", "\u{16}"])
    func refusesMore(_ more: String) {
        #expect(run(Self.header + Self.features + Self.proceed + more) == ["ask", "\(Failure.injected)"])
    }

    @Test(
        "UP-009: everything else is a failure",
        arguments: [
            (header + "<stream:features/>", Failure.notOffered),
            (header.replacing(" version='1.0'>", with: ">"), .notOffered),
            (header + "</stream:stream>", .ended(condition: nil)),
            (
                header + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
                .ended(condition: "host-unknown")
            ),
            (header + referral, .referred(host: "other.example:5223")),
            (header.replacing(" version='1.0'>", with: ">") + referral, .referred(host: "other.example:5223")),
            (header.replacing(" version='1.0'>", with: ">") + "<message/>", .notOffered),
            (header + "<message/>", .refused), (header + proceed, .refused),
            ("HTTP/1.1 400 Bad Request", .malformed(.badFormat)),
        ])
    func others(text: String, failure: StartTLSNegotiation.Failure) {
        #expect(run(text) == ["\(failure)"])
        #expect(!failure.sentence.isEmpty)
    }

    @Test(
        "UP-009: a refusal after the offer is one",
        arguments: ["<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", features, "<proceed xmlns='urn:other'/>"])
    func refusals(answer: String) {
        #expect(run(Self.header + Self.features + answer) == ["ask", "\(Failure.refused)"])
    }
}
