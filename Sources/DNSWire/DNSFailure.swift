/// Why a message is no answer. There is nobody to tell: the question counts as not answered.
package enum DNSFailure: Error, Equatable, Sendable {
    /// It ends in the middle.
    case truncated
    /// The server cut it (TC) where it should not have to: over TCP.
    case cut
    /// A length of a label that does not exist.
    case label
    /// A pointer that does not lead back.
    case pointer
    case nameTooLong
    /// Another id, another question, or no response at all.
    case notOurs
    /// An address or service record of another length than its kind has.
    case record
    case tooManyRecords
    /// Aliases lead round in a circle, or too far.
    case aliases
    /// The server could not or would not say (RFC 1035 section 4.1.1: RCODE).
    case refused(code: UInt8)
}
