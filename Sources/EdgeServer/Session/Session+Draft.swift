/// A session whose client speaks the framing before RFC 7395: what such a message says in today's words. Knows when it is
/// allowed; reading and writing it is the wire's and the binding's business.
internal import Bytes
internal import XMPPWire

extension Session {
    /// The first message decides about the framing of a session, for good.
    private func mayBeDraft(_ message: Span<UInt8>) -> Bool {
        if isDraft { return true }
        guard stage == .awaitingOpen, worker.settings.websocketDraft, case .webSocket = client else { return false }
        return StanzaChecker.beginsDraft(message)
    }

    /// What the check refused may be right in this framing, where it is allowed.
    func rereadAsDraft(_ message: Span<UInt8>, _ refusal: XMLFailure) {
        guard mayBeDraft(message) else { return fail(StreamFailure(refusal, isLoggedIn: isLoggedIn)) }
        if !isDraft {
            isDraft = true
            client?.speakDraft()
        }
        do throws(XMLFailure) {
            try takeDraft(message)
        } catch {
            fail(StreamFailure(error, isLoggedIn: isLoggedIn))
        }
    }

    private func takeDraft(_ message: Span<UInt8>) throws(XMLFailure) {
        var limits = isLoggedIn ? worker.relay.afterLogin : worker.relay.beforeLogin
        switch try worker.checker.readDraft(message, limits: limits) {
        case .header(let attributes): clientOpened(attributes)
        case .end: clientClosed()
        case .whitespace: break
        case .element(let element):
            // The message was within its limits; what was added must not count.
            limits.bytes += DraftMessage.maxAdded
            limits.attributes += 2
            let checked = try worker.checker.check(element.span, limits: limits, isUTF8: true)
            clientSent(checked, of: element.span)
        }
    }
}
