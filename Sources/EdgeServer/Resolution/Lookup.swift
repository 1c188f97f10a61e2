/// What came of looking for a server. Knows outcomes and words for them.

package enum Lookup: Sendable, Equatable {
    /// Not empty. Addresses of one server stand together, IPv6 and IPv4 in turn; servers are in no special order:
    /// `CandidateOrder` draws one for each session.
    case found([Candidate])
    case failed(LookupFailure)
}

package enum LookupFailure: Error, Equatable, Sendable {
    /// There is no such name, or it has no address.
    case unknown
    /// The domain says that it does not offer this service (a target of "."; RFC 2782).
    case notOffered
    /// No name server answers, or none that knows.
    case unanswered

    package var sentence: String {
        switch self {
        case .unknown: "there is no such name, or it has no address"
        case .notOffered: "the domain's SRV records say that there is no such service"
        case .unanswered: "no name server answers"
        }
    }
}

/// Whoever waits for a lookup. Told once, in a later turn, on its own loop.
protocol LookupWaiter: AnyObject {
    func lookupEnded(_ name: ServerName, _ lookup: Lookup)
}
