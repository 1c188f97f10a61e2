/// For how long what is known counts, and who asks again.
import EdgeServer
import Reactor
import Testing

@Suite struct LookupCacheTests {
    typealias Cache = LookupCache<Int>

    private static let name = ServerName.host("xmpp.example.org", port: 5222, .byAddress)
    private static let times = Cache.Times(
        shortest: 1_000, longest: 60_000, negative: 10_000, retry: 2_000, stale: 100_000)

    private static func found(_ server: String = "a") throws -> Lookup {
        .found([try CandidateOrderTests.candidate(server)])
    }

    private static func at(_ milliseconds: UInt64) -> Instant { Instant(milliseconds: 1_000_000 + milliseconds) }

    /// `known`, `failed`, `wait` or `wait, stale`, and `ask` when a question is to be asked.
    private func look(_ cache: inout Cache, _ milliseconds: UInt64, asker: Int = 1) -> String {
        let (answer, mustAsk, _) = cache.find(Self.name, now: Self.at(milliseconds), asker: asker)
        let word =
            switch answer {
            case .known(.found(let candidates)): "known \(candidates[0].server)"
            case .known(.failed(let failure)): "failed \(failure)"
            case .wait(stale: nil): "wait"
            case .wait(stale: .some): "wait, stale"
            }
        return mustAsk ? "\(word), ask" : word
    }

    private func answer(
        _ cache: inout Cache, _ milliseconds: UInt64, _ lookup: Lookup, life: UInt64? = nil, isPartial: Bool = false
    ) -> (lookup: Lookup, askers: [Int], change: Cache.Change) {
        var finding = NameFinder.Finding(lookup: lookup, life: life)
        finding.isPartial = isPartial
        return cache.answered(Self.name, finding, now: Self.at(milliseconds))
    }

    @Test("All who come while a name is asked for wait for one question")
    func oneQuestion() throws {
        var cache = Cache(times: Self.times)
        #expect(look(&cache, 0, asker: 1) == "wait, ask")
        #expect(look(&cache, 1, asker: 2) == "wait")
        #expect(look(&cache, 9_999, asker: 3) == "wait")
        let found = try Self.found()
        let told = answer(&cache, 10_000, found)
        #expect(told.lookup == found && told.askers == [1, 2, 3] && told.change == .none)
        #expect(look(&cache, 10_000) == "known a")
    }

    @Test("UP-002: an answer counts for its life, is asked for again shortly before, and waited for after")
    func life() throws {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: 10_000)
        #expect(look(&cache, 7_999) == "known a")
        #expect(look(&cache, 8_000) == "known a, ask")
        #expect(look(&cache, 8_001) == "known a")
        #expect(answer(&cache, 8_500, try Self.found("b"), life: 10_000).askers.isEmpty)
        #expect(look(&cache, 8_501) == "known b")
        #expect(look(&cache, 18_500) == "wait, stale, ask")
    }

    @Test("A life has a shortest and a longest", arguments: [(0, 1_000), (500_000, 60_000), (nil, 60_000)])
    func bounds(_ said: UInt64?, _ counts: UInt64) throws {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: said)
        #expect(look(&cache, counts - counts / 5 - 1) == "known a")
        #expect(look(&cache, counts) == "wait, stale, ask")
    }

    @Test("An answer with a part missing counts until the next attempt")
    func partial() throws {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: 50_000, isPartial: true)
        #expect(look(&cache, 2_000) == "wait, stale, ask")
    }

    @Test("While nobody answers the old answer is used at once, until it is too old")
    func stale() throws {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: 10_000)
        #expect(look(&cache, 12_000) == "wait, stale, ask")
        let told = answer(&cache, 13_000, .failed(.unanswered))
        #expect(
            told.lookup == (try Self.found()) && told.askers == [1]
                && told.change == .failing(.unanswered, hasStale: true))
        #expect(look(&cache, 14_999) == "known a")
        #expect(look(&cache, 15_000) == "known a, ask")
        #expect(answer(&cache, 16_000, .failed(.unanswered)).change == .none)
        #expect(look(&cache, 110_001) == "wait, ask")
        #expect(answer(&cache, 110_002, .failed(.unanswered)).lookup == .failed(.unanswered))
        #expect(look(&cache, 110_003) == "failed unanswered")
        _ = look(&cache, 113_000)
        #expect(answer(&cache, 113_000, try Self.found()).change == .recovered)
    }

    @Test("Nobody waits long for a newer answer when there is an old one")
    func patience() throws {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: 10_000)
        #expect(look(&cache, 12_000) == "wait, stale, ask")
        #expect(look(&cache, 12_999) == "wait, stale")
        #expect(look(&cache, 13_000) == "known a")
    }

    @Test("A failure is remembered for a moment, so that not every session asks")
    func failure() {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        #expect(answer(&cache, 0, .failed(.unanswered)).change == .failing(.unanswered, hasStale: false))
        #expect(look(&cache, 1_999) == "failed unanswered")
        #expect(look(&cache, 2_000) == "wait, ask")
    }

    @Test(
        "That there is no such name counts for as long as the zone says, up to a limit",
        arguments: [(3_000, 3_000), (1, 1_000), (50_000, 10_000), (nil, 10_000)])
    func negative(_ said: UInt64?, _ counts: UInt64) {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, .failed(.unknown), life: said)
        #expect(look(&cache, counts - 1) == "failed unknown")
        #expect(look(&cache, counts) == "wait, ask")
    }

    @Test("UP-003: that a service is not offered any more is believed at once, whatever was there before")
    func gone() throws {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: 10_000)
        _ = look(&cache, 9_000)
        #expect(answer(&cache, 9_000, .failed(.notOffered)).lookup == .failed(.notOffered))
        #expect(look(&cache, 9_001) == "failed notOffered")
    }

    @Test("After a reload everything is asked for again, and meanwhile the old answer is there")
    func expiry() throws {
        var cache = Cache(times: Self.times)
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: 10_000)
        cache.expire(now: Self.at(5_000))
        #expect(look(&cache, 5_000) == "wait, stale, ask")
    }

    @Test(
        "What is only guessed, because nobody says whether there are services, is worth less than what was known",
        arguments: [true, false])
    func guess(_ hasAddress: Bool) throws {
        var cache = Cache(times: Self.times)
        var guess = NameFinder.Finding(lookup: hasAddress ? try Self.found("guess") : .failed(.unknown))
        guess.isPartial = true
        guess.isGuess = true
        _ = look(&cache, 0)
        _ = answer(&cache, 0, try Self.found(), life: 10_000)
        _ = look(&cache, 12_000)
        let told = cache.answered(Self.name, guess, now: Self.at(12_500))
        #expect(told.lookup == (try Self.found()) && told.change == .failing(.unanswered, hasStale: true))
        #expect(look(&cache, 12_501) == "known a")
        #expect(look(&cache, 14_500) == "known a, ask")
        // Once that is too old a guess is better than nothing.
        let late = cache.answered(Self.name, guess, now: Self.at(110_001))
        #expect(late.lookup == guess.lookup)
    }

    @Test("The names of the configuration keep their places, whatever servers refer to")
    func configured() throws {
        var cache = Cache(times: Self.times)
        cache.configure([Self.name], now: Self.at(0))
        #expect(cache.find(Self.name, now: Self.at(0), asker: 1).isConfigured)
        _ = answer(&cache, 0, try Self.found(), life: 60_000)
        for index in 0..<(Cache.maxOthers * 2) {
            let name = ServerName.host("h\(index)", port: 1, .byAddress)
            let (_, mustAsk, isConfigured) = cache.find(name, now: Self.at(UInt64(index + 1)), asker: 1)
            #expect(mustAsk && !isConfigured)
            _ = cache.answered(name, NameFinder.Finding(lookup: try Self.found()), now: Self.at(UInt64(index + 1)))
        }
        #expect(look(&cache, 2_000) == "known a")
        cache.configure([], now: Self.at(3_000))
        #expect(!cache.find(Self.name, now: Self.at(3_000), asker: 1).isConfigured)
    }

    @Test("The number of names is bounded: those not used for the longest time go, those being asked for stay")
    func bound() throws {
        var cache = Cache(times: Self.times)
        func name(_ index: Int) -> ServerName { .host("h\(index)", port: 1, .byAddress) }
        for index in 0..<Cache.maxOthers { _ = cache.find(name(index), now: Self.at(UInt64(index)), asker: 1) }
        let late = cache.find(Self.name, now: Self.at(5_000), asker: 1)
        #expect(!late.mustAsk)
        for index in [7, 8] {
            _ = cache.answered(name(index), NameFinder.Finding(lookup: try Self.found()), now: Self.at(5_000))
        }
        #expect(cache.find(Self.name, now: Self.at(5_001), asker: 1).mustAsk)
        // 7 had to go, 8 is still known.
        if case .known = cache.find(name(8), now: Self.at(5_002), asker: 1).answer {} else { #expect(Bool(false)) }
        _ = cache.answered(name(9), NameFinder.Finding(lookup: try Self.found()), now: Self.at(5_003))
        #expect(cache.find(name(7), now: Self.at(5_004), asker: 1).mustAsk)
    }
}
