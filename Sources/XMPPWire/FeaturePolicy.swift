/// What the edge leaves out of a server's features or changes in them. Knows names; `StreamFeatures` does it.
package struct FeaturePolicy: Equatable, Sendable {
    /// Mechanisms that are never shown, in upper case. EXTERNAL must be among them when the edge shows the server a
    /// certificate of its own: every browser could log in as the edge.
    package var hiddenMechanisms: Set<String>
    /// If not empty, the only mechanisms that are shown, in upper case.
    package var allowedMechanisms: Set<String>
    /// Hide everything that binds to the TLS channel, which ends here (XEP-0440): all mechanisms that need it and the
    /// element that lists its types, together. By default nothing of it is hidden, because a client that can bind takes
    /// the absence for an attack as long as the server offers it.
    package var hidesChannelBinding: Bool
    /// Upper bound for `max-bytes` of XEP-0478, or nil to leave it.
    package var maxBytes: Int?
    /// Upper bound for `idle-seconds` of XEP-0478, or nil to leave it.
    package var idleSeconds: Int?

    package init(
        hiddenMechanisms: Set<String> = [], allowedMechanisms: Set<String> = [], hidesChannelBinding: Bool = false,
        maxBytes: Int? = nil,
        idleSeconds: Int? = nil
    ) {
        self.hiddenMechanisms = Set(hiddenMechanisms.map { $0.uppercased() })
        self.allowedMechanisms = Set(allowedMechanisms.map { $0.uppercased() })
        self.hidesChannelBinding = hidesChannelBinding
        self.maxBytes = maxBytes
        self.idleSeconds = idleSeconds
    }

    func hides(mechanism: String) -> Bool {
        let name = mechanism.uppercased()
        if !allowedMechanisms.isEmpty && !allowedMechanisms.contains(name) { return true }
        return hiddenMechanisms.contains(name) || hidesChannelBinding && Self.bindsChannel(name)
    }

    /// `-PLUS` of SCRAM and GS2; of the hashed tokens of XEP-0484 all but those that end in NONE.
    static func bindsChannel(_ name: String) -> Bool {
        name.hasSuffix("-PLUS") || name.hasPrefix("HT-") && !name.hasSuffix("-NONE")
    }
}
