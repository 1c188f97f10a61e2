/// A stream error of our own on its way to the browser, and how the end it causes is logged. Knows conditions; does not
/// send.
internal import XMPPWire

struct StreamFailure {
    let condition: StreamErrorCondition
    /// For people, in English; constant, so nothing a peer sent is reflected.
    let text: StaticString
    let reason: EndReason
    /// The name the edge may speak for, in the `<open/>` that has to come first when none was sent yet; nil for none
    /// (RFC 6120 section 4.9.1.3).
    var openFrom: String?
    var needsOpen = false
    /// A message was over its limit: the Close code says so as well.
    var isTooBig = false
    /// Over BOSH too the client gets the text: no condition of XEP-0124 says the same.
    var saysWhy = false

    init(_ condition: StreamErrorCondition, _ text: StaticString, openFrom: String? = nil) {
        self.condition = condition
        self.text = text
        self.openFrom = openFrom
        reason = .streamError(condition.rawValue)
    }

    /// For an end that the log calls otherwise.
    init(_ condition: StreamErrorCondition, _ text: StaticString, _ reason: EndReason) {
        self.condition = condition
        self.text = text
        self.reason = reason
    }

    /// A limit was reached.
    init(_ condition: StreamErrorCondition, _ text: StaticString, limit: LimitName, isTooBig: Bool = false) {
        self.condition = condition
        self.text = text
        self.isTooBig = isTooBig
        reason = .limit(limit)
    }

    /// What the browser sent is refused.
    init(_ failure: XMLFailure, isLoggedIn: Bool) {
        condition = failure.condition
        text = failure.text
        guard case .policyViolation(let exceeded) = failure else {
            reason = .streamError(failure.condition.rawValue)
            return
        }
        isTooBig = exceeded == .bytes
        reason = .limit(Self.limit(exceeded, isLoggedIn: isLoggedIn))
    }

    /// The server's side failed.
    init(_ trouble: UpstreamTrouble) {
        switch trouble {
        case .busy, .exhausted:
            self.init(.resourceConstraint, trouble.text, trouble.reason)
            return
        default: break
        }
        // A server that ended its own stream said why itself; everything else is ours to explain, as a fault inside
        // the service (RFC 6120 section 4.9.3.4).
        self.init(.internalServerError, trouble.text, trouble.reason)
    }

    /// What an `<open/>` says that is there for the error only: a stream has an identity of its own even then (RFC 6120
    /// section 4.7.3).
    var opening: OpenAttributes {
        OpenAttributes(from: openFrom, id: String(UInt64.random(in: 1 ... .max), radix: 16))
    }

    private static func limit(_ exceeded: XMLFailure.ExceededLimit, isLoggedIn: Bool) -> LimitName {
        switch exceeded {
        case .bytes: isLoggedIn ? .stanza : .stanzaBeforeLogin
        case .depth: .depth
        case .elements: isLoggedIn ? .stanza : .elementsBeforeLogin
        case .attributes, .namespaces, .nameLength: .attributes
        }
    }
}
