/// Where browsers' passwords would cross a network in clear, for which an operator has to give leave by a word. Knows words
/// and addresses; opens nothing.
extension Settings {
    /// The sentence about a listener that would take passwords in clear from a network without the word `plain`.
    /// - Parameters:
    ///   - isHere: only this machine can connect to it.
    ///   - place: where it is, when the settings do not tell.
    package func clearness(of listener: WebListener, isHere: Bool, place: String? = nil) -> SettingsProblem? {
        guard takesPasswords(listener, isHere: isHere), !listener.isPlain else { return nil }
        return SettingsProblem(
            key: "listen",
            "\(Self.text(listener, place)) would take browsers' passwords in clear from the network: write tls behind it "
                + "and name a certificate, or listen on 127.0.0.1 for a proxy on this machine, or write plain behind it "
                + "where a proxy with TLS stands in front and nobody else can read that network")
    }

    /// What an operator hears at each start who has given leave.
    package func warning(about listener: WebListener, isHere: Bool, place: String? = nil) -> String? {
        guard takesPasswords(listener, isHere: isHere) else { return nil }
        return
            "\(Self.text(listener, place)) is open to the network without TLS; browsers' passwords can be read there "
            + "unless a proxy with TLS stands in front"
    }

    private static func text(_ listener: WebListener, _ place: String?) -> String {
        "\(listener.address)" + (place.map { " (\($0))" } ?? "")
    }

    /// Whether a password may come there in clear over a network. The PROXY header says nothing of that: behind a
    /// balancer that speaks it, too, there is a network.
    private func takesPasswords(_ listener: WebListener, isHere: Bool) -> Bool {
        !isHere && !listener.speaksTLS && !sendsAllToTLS
    }

    /// Requests in clear are not answered but sent to where TLS is, unless a proxy says that they came to it in TLS: then
    /// they cross what is between the proxy and us.
    private var sendsAllToTLS: Bool { tls.redirectPort != nil && trustedProxies.areHere }

    /// A listener that runs, with the leave that these settings give it.
    func withLeave(_ old: WebListener) -> WebListener {
        let new = listeners.first {
            $0.address == old.address && $0.speaksTLS == old.speaksTLS && $0.takesProxyHeader == old.takesProxyHeader
        }
        guard let new else { return old }
        var listener = old
        listener.isPlain = new.isPlain
        return listener
    }
}
