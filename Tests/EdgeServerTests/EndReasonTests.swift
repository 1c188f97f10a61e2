import EdgeServer
import Testing

@Suite struct EndReasonTests {
    private static let all: [EndReason] = [
        .clientClosed, .clientVanished, .pingTimeout, .clientOutputFull, .webSocketError(1002), .upstreamClosed,
        .upstreamError, .upstreamUnreachable, .upstreamNoHeader, .upstreamLost, .upstreamMalformed,
        .streamError("host-unknown"), .limit(.timeToLogin), .shutdown,
    ]

    @Test("Every reason has a word of its own that a program can look for")
    func words() {
        let words = Self.all.map(\.word)
        #expect(Set(words).count == words.count)
        for word in words { #expect(word.allSatisfy { $0.isLowercase || $0 == "-" }) }
    }

    @Test("Reasons that leave it open say which one")
    func details() {
        #expect(Self.all.compactMap(\.detail) == ["1002", "host-unknown", "time-to-login"])
    }
}
