/// The `Date` of answers, made once a second. Knows nothing else.
internal import HTTPWire

struct DateCache {
    private var seconds = -1
    private var text: [UInt8] = []

    /// - Parameter now: seconds since 1970.
    mutating func text(now: Int) -> [UInt8] {
        if now != seconds {
            seconds = now
            text = HTTPDate.text(unixSeconds: now)
        }
        return text
    }
}
