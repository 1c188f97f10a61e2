/// Where one session connects to and from, resolved. Knows addresses and names; connects nothing.
internal import Reactor

struct Route {
    let address: SocketAddress
    /// Nil leaves it to the kernel.
    let source: SocketAddress?
    /// Of the XMPP service.
    let domain: String
    /// For the `Host` field.
    let authority: [UInt8]
    let path: [UInt8]
    /// Nil in clear.
    let security: LinkSecurity?
}

/// The time of the bytes that are being read: one look at the clock for all of them.
final class ReceiveClock {
    private(set) var now: Nanoseconds = 0

    func stamp() {
        now = MonotonicClock.now()
    }
}

/// Numbers that are hard to repeat but cheap (SplitMix64), for masking keys: no page chooses the bytes that a load test
/// sends, so nobody gains by guessing them (RFC 6455 section 10.3).
struct KeySource {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
