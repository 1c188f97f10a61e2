/// What is compressed of what browsers and the edge send each other. Knows the operator's wishes and what is possible;
/// compresses nothing.
package struct Compression: Sendable, Equatable {
    /// permessage-deflate (RFC 7692), where the browser offers it; all do.
    package var webSocket = true
    /// gzip of BOSH's bodies, both ways.
    package var bosh = true
    /// Bytes of the smallest message or body that is compressed. 512: below, little is saved, and compressing takes as
    /// long as all the rest.
    package var threshold = 512
    /// Bytes that the windows of WebSockets may take together. 0: each message is compressed alone, which needs no memory
    /// per session and tells nobody, by its size, what earlier messages said (RFC 7692 section 8).
    package var windowMemory = 0
    /// The logarithm of each window. 11: a session's two windows take 31 KiB, where the largest take 301 KiB.
    package var windowBits = 11

    package init() {}

    private static let thresholds = 0...1 << 20
    private static let windowMemories = 0...1 << 40
    /// zlib cannot compress with 8.
    private static let windowSizes = 9...15

    /// Values out of their range.
    package func validate() -> [SettingsProblem] {
        [
            ("threshold", threshold, Self.thresholds, " bytes"),
            ("window-memory", windowMemory, Self.windowMemories, " bytes"),
            ("window-bits", windowBits, Self.windowSizes, ""),
        ].compactMap { key, value, range, unit in
            if range ~= value { return nil }
            return SettingsProblem(
                key: "compression.\(key)",
                "\(value)\(unit) is not within \(range.lowerBound) to \(range.upperBound)\(unit)")
        }
    }
}
