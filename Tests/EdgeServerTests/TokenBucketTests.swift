import EdgeServer
import Reactor
import Testing

@Suite struct TokenBucketTests {
    private static let start = Instant(milliseconds: 1_000_000)

    private static func taken(_ bucket: inout TokenBucket, _ wanted: Int, at now: Instant) -> Int {
        (0..<wanted).count { _ in bucket.take(now: now) }
    }

    @Test("The reserve comes first, then so many a second, and never more than the reserve at once")
    func rate() {
        var bucket = TokenBucket(rate: 10, capacity: 3, now: Self.start)
        var taken = Self.taken(&bucket, 5, at: Self.start)
        #expect(taken == 3)
        taken = Self.taken(&bucket, 5, at: Self.start + 99)
        #expect(taken == 0)
        taken = Self.taken(&bucket, 5, at: Self.start + 100)
        #expect(taken == 1)
        #expect(!bucket.isFull(at: Self.start + 399))
        #expect(bucket.isFull(at: Self.start + 400))
        taken = Self.taken(&bucket, 9, at: .never)
        #expect(taken == 3)
    }

    @Test("A clock of another thread that is behind gives nothing and takes nothing")
    func clocks() {
        var bucket = TokenBucket(rate: 1_000, capacity: 1, now: Self.start)
        _ = bucket.take(now: Self.start + 10)
        let taken = Self.taken(&bucket, 1, at: Self.start)
        #expect(taken == 0)
        bucket.giveBack()
        bucket.giveBack()
        let again = Self.taken(&bucket, 2, at: Self.start + 10)
        #expect(again == 1)
    }
}
