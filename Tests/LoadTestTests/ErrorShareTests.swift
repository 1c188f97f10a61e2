import LoadTest
import Testing

@Suite struct ErrorShareTests {
    @Test func oneLostOfManyThatOnlyStandIsASmallShare() {
        var share = ErrorShare()
        share.add(.init(standing: 100, started: 100))
        for _ in 0..<20 { share.add(.init(standing: 100)) }
        share.add(.init(standing: 99, failures: [.dropped: 1]))
        #expect(share.share == 0.01)
    }

    @Test func whatWentWellLongAgoDoesNotHideThatNothingGoesNow() {
        var share = ErrorShare()
        for _ in 0..<600 { share.add(.init(standing: 10, started: 100, sent: 5_000)) }
        #expect(share.share == 0)
        for _ in 0..<ErrorShare.span { share.add(.init(started: 100, failures: [.connect: 100])) }
        #expect(share.share > 0.9)
    }

    @Test func aMessageThatCouldNotLeaveWasTried() {
        var share = ErrorShare()
        share.add(.init(sent: 10, failures: [.noSession: 30, .overflow: 60]))
        #expect(share.share == 0.9)
        #expect(share.failures == 90)
    }

    @Test func nothingTriedIsNoShare() {
        var share = ErrorShare()
        #expect(share.share == 0)
        share.add(.init())
        #expect(share.share == 0)
    }
}
