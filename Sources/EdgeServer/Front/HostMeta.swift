/// The documents with which clients find the WebSocket and BOSH addresses of a domain (XEP-0156, RFC 6415), made of the
/// configuration alone. Knows their syntax; who asks for them is the front's business.
package struct HostMeta: Sendable {
    package let xrd: [UInt8]
    package let jrd: [UInt8]

    /// Nil without a public URL: nothing could be told then.
    package init?(_ settings: Settings) {
        guard let url = settings.publicURL else { return nil }
        var links: [(rel: String, href: String)] = []
        if let path = settings.websocketPaths.first {
            links.append(("urn:xmpp:alt-connections:websocket", url.webSocket(path)))
        }
        if let path = settings.boshPaths.first { links.append(("urn:xmpp:alt-connections:xbosh", url.https(path))) }
        xrd = Array(Self.xrd(links).utf8)
        jrd = Array(Self.jrd(links).utf8)
    }

    private static func xrd(_ links: [(rel: String, href: String)]) -> String {
        let lines = links.map { "  <Link rel='\($0.rel)' href='\(escaped($0.href))'/>\n" }
        return "<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n"
            + lines.joined() + "</XRD>\n"
    }

    private static func jrd(_ links: [(rel: String, href: String)]) -> String {
        let objects = links.map {
            "{\"rel\":\(ConfigDocument.quoted($0.rel)),\"href\":\(ConfigDocument.quoted($0.href))}"
        }
        return "{\"links\":[" + objects.joined(separator: ",") + "]}\n"
    }

    /// A configured path may have an ampersand or an apostrophe.
    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case "'": "&#39;"
            default: String(character)
            }
        }.joined()
    }
}
