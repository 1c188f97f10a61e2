/// Why a BOSH session ends, in the words of XEP-0124 section 17.2, and the HTTP status that stands for it with clients
/// too old for them. Knows no session.
package enum Condition: UInt8, Equatable, Sendable, CaseIterable {
    case badRequest
    case hostGone
    case hostUnknown
    case improperAddressing
    case internalServerError
    case itemNotFound
    case otherRequest
    case policyViolation
    case remoteConnectionFailed
    case remoteStreamError
    case seeOtherURI
    case systemShutdown
    case undefinedCondition

    /// The value of the `condition` attribute.
    package var name: StaticString {
        switch self {
        case .badRequest: "bad-request"
        case .hostGone: "host-gone"
        case .hostUnknown: "host-unknown"
        case .improperAddressing: "improper-addressing"
        case .internalServerError: "internal-server-error"
        case .itemNotFound: "item-not-found"
        case .otherRequest: "other-request"
        case .policyViolation: "policy-violation"
        case .remoteConnectionFailed: "remote-connection-failed"
        case .remoteStreamError: "remote-stream-error"
        case .seeOtherURI: "see-other-uri"
        case .systemShutdown: "system-shutdown"
        case .undefinedCondition: "undefined-condition"
        }
    }

    /// The HTTP status of the answer. Section 17.1: clients that sent no `ver` know three conditions by their status;
    /// everybody else gets 200 always, because many read 4xx as the end and 5xx as an invitation to ask again.
    package func status(legacy: Bool) -> UInt16 {
        guard legacy else { return 200 }
        return switch self {
        case .badRequest: 400
        case .policyViolation: 403
        case .itemNotFound: 404
        default: 200
        }
    }

    /// The condition with this name, for the client role.
    package init?(name: [UInt8]) {
        let found = Self.allCases.first { condition in
            condition.name.withUTF8Buffer { name.elementsEqual($0) }
        }
        guard let found else { return nil }
        self = found
    }
}
