/// What the check of one message from a browser found. Knows places and kinds; holds no bytes.
package struct CheckedElement: Equatable, Sendable {
    package let kind: Kind
    /// An element in `jabber:client` carries a prefix, or an element is in no namespace: the bytes mean something else
    /// inside a stream. `StanzaChecker.rewritten` gives what to send instead (RFC 6120 section 4.8.5).
    package let needsRewrite: Bool
    private let start: UInt32
    private let end: UInt32

    package enum Kind: UInt8, Sendable {
        /// `<open/>` of RFC 7395; its attributes are in `StanzaChecker.openAttributes`.
        case open
        /// `<close/>` of RFC 7395.
        case close
        /// `message`, `presence` or `iq` in `jabber:client`.
        case stanza
        /// An `iq` of type `set` with a query in `jabber:iq:auth`: login as of XEP-0078.
        case legacyLogin
        case startTLS
        /// The request for stream compression (XEP-0138).
        case compress
        /// `<auth/>` of RFC 6120 section 6 or `<authenticate/>` of XEP-0388.
        case saslStart
        /// An error of the stream itself.
        case streamError
        /// Every other element: acknowledgements, SASL steps, client state, what is yet to be invented.
        case other
    }

    init(kind: Kind, range: Range<Int>, needsRewrite: Bool) {
        self.kind = kind
        self.needsRewrite = needsRewrite
        start = UInt32(clamping: range.lowerBound)
        end = UInt32(clamping: range.upperBound)
    }

    /// The bytes to hand on: without an XML declaration in front and without white space at the end.
    package var range: Range<Int> { Int(start)..<Int(end) }
}
