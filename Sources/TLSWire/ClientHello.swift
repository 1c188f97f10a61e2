/// Whether a client's first message of TLS has come as a whole (RFC 8446 sections 4 and 5.1). Knows lengths, and what cannot
/// be the beginning of one; what stands in it is OpenSSL's business.
///
/// OpenSSL takes up all that a handshake needs, 40 KB, for the first byte of it. Strangers get that for a whole message.
package struct ClientHello: Sendable {
    package enum Step: Equatable, Sendable {
        case needMore
        case whole
    }

    /// Bytes of the message. 16 KiB: with keys of several kinds and a ticket it has 2 to 4.
    package static let limit = 16 << 10
    /// Bytes of all its records: a client may cut it into several, not into crumbs.
    private static let wireLimit = limit + 1_024
    private static let recordHead = 5
    private static let messageHead = 4
    private static let handshake: UInt8 = 22
    private static let clientHello: UInt8 = 1

    /// Where the first record begins that has not come as a whole.
    private var place = 0
    /// Bytes of the message in the records before it.
    private var held = 0
    /// The first bytes of the message, its type and length, and how many of them have come.
    private var head: UInt32 = 0
    private var headCount = 0

    package init() {}

    /// - Parameter bytes: all that has come so far.
    package mutating func next(_ bytes: Span<UInt8>) throws(TLSFailure) -> Step {
        while true {
            let rest = bytes.count - place
            if rest > 0 && bytes[place] != Self.handshake { throw refusal }
            // Every version of TLS calls its records those of version 3.
            if rest > 1 && bytes[place + 1] != 3 { throw refusal }
            guard rest >= Self.recordHead else { return .needMore }
            let length = Int(bytes[place + 3]) << 8 | Int(bytes[place + 4])
            let end = place + Self.recordHead + length
            guard length > 0 && end <= Self.wireLimit else { throw .noHello }
            try readHead(bytes, upTo: min(end, bytes.count))
            guard end <= bytes.count else { return .needMore }
            held += length
            place = end
            if headCount == Self.messageHead && held >= size { return .whole }
        }
    }

    /// What begins like no record at all is something else than TLS.
    private var refusal: TLSFailure { place == 0 ? .notTLS : .noHello }

    /// Of the message with its head.
    private var size: Int { Self.messageHead + Int(head & 0xFF_FFFF) }

    private mutating func readHead(_ bytes: Span<UInt8>, upTo end: Int) throws(TLSFailure) {
        var index = place + Self.recordHead + headCount - held
        while headCount < Self.messageHead && index < end {
            if headCount == 0 && bytes[index] != Self.clientHello { throw .noHello }
            head = head << 8 | UInt32(bytes[index])
            headCount += 1
            index += 1
            if headCount == Self.messageHead && size > Self.limit { throw .noHello }
        }
    }
}
