/// The frames of RFC 7395 that are not stanzas: `<open/>`, `<close/>` and stream errors. Knows how they are written; does
/// not know when.
package enum Framing {
    /// The closing frame. Strophe compares it byte by byte.
    package static let close: StaticString = "<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" />"

    /// An opening frame, of either side. Strophe looks for `<open ` at the start, old ones for `version='1.0'`; what the
    /// server said of its version does not matter, because this hop speaks 1.0.
    package static func open(_ attributes: OpenAttributes) -> [UInt8] {
        let quote = UInt8(ascii: "'")
        var output: [UInt8] = []
        // For all that usually stands there.
        output.reserveCapacity(200)
        output += "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'".utf8
        for known in [OpenAttributes.Known.from, .to, .id, .lang] {
            attributes.append(known, to: &output, quote: quote)
        }
        attributes.appendOthers(to: &output)
        output += "/>".utf8
        return output
    }

    /// What our `<open/>` says when the server's stream stands (RFC 7395 section 3.4): the server's own words, and `to`
    /// only if the client has named itself.
    package static func answer(to header: StreamHeader, domain: String, client: String?) -> OpenAttributes {
        var answer = header.attributes
        if answer.from?.isEmpty ?? true { answer.from = domain }
        answer.to = client == nil ? nil : answer.to ?? client
        return answer
    }

    /// The closing frame that sends the client elsewhere (RFC 7395 section 3.6.1).
    package static func close(seeOther uri: String) -> [UInt8] {
        var output = Array("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" see-other-uri=\"".utf8)
        XMLText.appendEscaped(uri, to: &output)
        output += "\" />".utf8
        return output
    }

    /// A stream error as one frame of its own (RFC 7395 section 3.5, RFC 6120 section 4.9). Prefixed: old clients know
    /// no other form.
    package static func error(_ condition: StreamErrorCondition, text: String? = nil) -> [UInt8] {
        var output = Array("<stream:error xmlns:stream='http://etherx.jabber.org/streams'><".utf8)
        output += condition.rawValue.utf8
        output += " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>".utf8
        if let text {
            output += "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>".utf8
            XMLText.appendEscaped(text, to: &output)
            output += "</text>".utf8
        }
        output += "</stream:error>".utf8
        return output
    }
}
