/// What the sink does with its clients. A value; listens to nothing.
package struct SinkSettings: Sendable {
    package enum Mode: String, CaseIterable, Sendable {
        /// Each message comes back as it went in.
        case echo
        /// Messages vanish.
        case drop
        /// Messages vanish, and each session is sent messages at a rate.
        case push
    }

    package var mode = Mode.echo
    /// Domain that stands in stream headers and addresses.
    package var domain = "bench.test"
    /// For SCRAM; PLAIN takes every password.
    package var password = "secret"
    /// PBKDF2 iterations for SCRAM. 4,096 is what servers commonly ask for.
    package var iterations = 4_096
    /// Messages a second to each session, in push mode.
    package var pushRate = 1.0
    /// Bytes of a pushed message element.
    package var pushSize = 200
    /// Time that each echo is held back.
    package var delay: Nanoseconds = 0
    /// Every `stallInterval` nothing is echoed for `stall`; 0 for never.
    package var stall: Nanoseconds = 0
    package var stallInterval: Nanoseconds = 10_000_000_000

    package init() {}

    /// - Throws: a sentence that says what is wrong.
    package func check() throws(InvalidText) {
        try LoadPlan.check(rate: pushRate, "--rate")
        try LoadPlan.check(pushSize, "--size", 1...LoadPlan.maxUnderWay)
        try LoadPlan.check(address: domain, "--domain")
        guard stallInterval > stall else { throw InvalidText("--stall-interval must be longer than --stall") }
    }
}
