/// What client and server agreed on when a session began (XEP-0124 sections 7.1 and 7.2). Knows the rules of the bargain;
/// does not change afterwards.
package struct SessionTerms: Sendable, Equatable {
    package let wait: UInt16
    package let hold: UInt8
    package let inactivity: UInt16
    package let maxPause: UInt16
    package let polling: UInt16
    package let version: ProtocolVersion
    package let contentType: ContentType
    /// The client sent no `ver`: it may know HTTP statuses only (section 17.1).
    package let isLegacy: Bool
    /// The client acknowledges responses (section 9.2).
    package let clientAcknowledges: Bool

    /// Requests the client may have open. One more than are held, so that there is always a way to send (section 7.2).
    package var requests: UInt8 { hold == .max ? .max : hold + 1 }
    /// Nothing is held: the client asks again and again (section 12).
    package var isPolling: Bool { hold == 0 }

    package init(asked: RequestHead, policy: SessionPolicy) {
        wait = min(asked.wait ?? policy.wait, policy.wait)
        let hold = min(asked.hold ?? policy.hold, policy.hold, .max - 1)
        self.hold = wait == 0 ? 0 : hold
        inactivity = self.hold == 0 ? max(policy.inactivity, policy.pollingInactivity) : policy.inactivity
        maxPause = policy.maxPause
        polling = policy.polling
        version = min(asked.version ?? .ours, .ours)
        contentType = asked.content ?? .textXML
        isLegacy = asked.version == nil
        clientAcknowledges = asked.ack == 1
    }
}
