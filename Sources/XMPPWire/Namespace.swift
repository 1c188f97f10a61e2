/// Namespace names that this room tells apart. Knows them as text only.
enum Namespace {
    static let client: StaticString = "jabber:client"
    static let server: StaticString = "jabber:server"
    static let streams: StaticString = "http://etherx.jabber.org/streams"
    static let streamErrors: StaticString = "urn:ietf:params:xml:ns:xmpp-streams"
    static let framing: StaticString = "urn:ietf:params:xml:ns:xmpp-framing"
    static let tls: StaticString = "urn:ietf:params:xml:ns:xmpp-tls"
    static let sasl: StaticString = "urn:ietf:params:xml:ns:xmpp-sasl"
    /// XEP-0388.
    static let sasl2: StaticString = "urn:xmpp:sasl:2"
    /// XEP-0440.
    static let channelBinding: StaticString = "urn:xmpp:sasl-cb:0"
    /// XEP-0484.
    static let fast: StaticString = "urn:xmpp:fast:0"
    /// XEP-0138: the request, and the feature that offers it.
    static let compress: StaticString = "http://jabber.org/protocol/compress"
    static let compressFeature: StaticString = "http://jabber.org/features/compress"
    /// XEP-0478.
    static let streamLimits: StaticString = "urn:xmpp:stream-limits:0"
    /// XEP-0078.
    static let legacyLogin: StaticString = "jabber:iq:auth"
    static let legacyLoginFeature: StaticString = "http://jabber.org/features/iq-auth"
    static let xml: StaticString = "http://www.w3.org/XML/1998/namespace"
}
