/// What becomes of looking for servers by name, in stable words for figures. Knows what a lookup ended with.
package enum LookupFigure: String, Sendable, CaseIterable {
    /// A name had to be asked for; what is known needs no question.
    case asked
    case found
    /// Somebody answered that there is none.
    case absent
    /// Nobody answered.
    case unanswered
    /// Nobody answered, and what was known before goes on to count.
    case stale

    package init(_ lookup: Lookup) {
        switch lookup {
        case .found: self = .found
        case .failed(.unknown), .failed(.notOffered): self = .absent
        case .failed(.unanswered): self = .unanswered
        }
    }
}
