import EdgeServer
import Reactor
import TLSWire
import Testing

@Suite struct HandshakeTroubleTests {
    @Test(
        "Each failure of TLS has its cause",
        arguments: [
            (TLSFailure.notTLS, HandshakeTrouble.notTLS), (.noHello, .malformed), (.noCommonVersion, .noCommonVersion),
            (.noCommonCipher, .noCommonCipher), (.noCommonProtocol, .noCommonProtocol),
            (.refused(alert: 42), .certificateRefused), (.refused(alert: 46), .certificateRefused),
            (.refused(alert: 47), .refused), (.refused(alert: 48), .certificateRefused),
            (.refused(alert: 40), .refused),
            (.broken(reason: 1), .malformed), (.flood, .malformed),
        ])
    func causes(_ failure: TLSFailure, _ trouble: HandshakeTrouble) {
        #expect(HandshakeTrouble(failure) == trouble)
    }

    @Test("A line is written the first time, and then once a minute with the number of times since")
    func quiet() {
        let log = QuietLog<HandshakeTrouble>()
        func at(_ seconds: UInt64, _ trouble: HandshakeTrouble = .notTLS) -> Int? {
            log.happened(trouble, now: Instant(milliseconds: seconds * 1_000))
        }
        #expect(at(100) == 1)
        for second: UInt64 in 101..<160 { #expect(at(second) == nil) }
        #expect(at(120, .refused) == 1)
        #expect(at(160) == 60)
        #expect(at(161) == nil)
        #expect(at(1_000) == 2)
    }
}
