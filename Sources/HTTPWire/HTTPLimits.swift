/// How much of a message is taken before it is refused. Knows sizes; the answer to each excess is in `HTTPFailure`.
package struct HTTPLimits: Equatable, Sendable {
    /// A head in bytes, start line and fields together. Browsers send 1-2 KiB; a few big cookies still fit.
    package var maxHead: UInt32
    /// The start line in bytes. RFC 9112 section 3 asks for at least 8000.
    package var maxStartLine: UInt32
    /// Field lines in a head. The common default of other servers.
    package var maxFields: UInt32
    /// A decoded body in bytes, unless the owner says otherwise for a request. A BOSH body of several stanzas fits.
    package var maxBody: Int

    /// Empty lines passed over before a start line (RFC 9112 section 2.2 asks for one; some clients send more).
    static let maxBlankLines = 4
    /// One chunk-size line in bytes. Extensions have no known use, so they get little room.
    static let maxChunkLine = 1_024
    /// All chunk extensions of one body in bytes: many chunks must not carry many extensions.
    static let maxExtensions = 4_096
    /// All trailer fields of one body in bytes; they are read and dropped.
    static let maxTrailers = 8_192

    package init(
        maxHead: UInt32 = 16_384, maxStartLine: UInt32 = 8_192, maxFields: UInt32 = 100, maxBody: Int = 524_288
    ) {
        self.maxHead = maxHead
        self.maxStartLine = maxStartLine
        self.maxFields = maxFields
        self.maxBody = maxBody
    }
}
