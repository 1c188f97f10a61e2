/// The names of namespaces that a BOSH body carries. Knows only the texts.
package enum BOSHNamespace {
    /// XEP-0124: the wrapper.
    package static let httpBind: StaticString = "http://jabber.org/protocol/httpbind"
    /// XEP-0206: `restart`, `version`, `restartlogic`.
    package static let xbosh: StaticString = "urn:xmpp:xbosh"
    /// RFC 6120: `<stream:features/>`, `<stream:error/>`.
    package static let streams: StaticString = "http://etherx.jabber.org/streams"
    /// RFC 6120: stanzas of clients.
    package static let client: StaticString = "jabber:client"
}
