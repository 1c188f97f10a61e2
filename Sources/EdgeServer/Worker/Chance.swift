/// Numbers for the names of sessions and for times that shall not coincide, seeded by the system once a thread: asking it for
/// each costs a system call. Whoever could guess them would gain nothing; what must not be guessed comes from `SecureRandom`.
struct Chance: RandomNumberGenerator {
    private var state = UInt64.random(in: 0 ... .max)

    /// SplitMix64: every number comes once before one comes again.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed &>> 31
    }
}
