internal import Bytes

/// The Content-Type of a session's responses. A client may ask for one of a few that no browser runs as a script or shows
/// as a page; everything else gets the default (XEP-0124 section 7.1 sets no bound, but the client's word ends up in a
/// header of ours, on the chat page's own origin).
package enum ContentType: UInt8, Equatable, Sendable {
    case textXML
    case applicationXML
    case textPlain

    /// The header's value.
    package var value: StaticString {
        switch self {
        case .textXML: "text/xml; charset=utf-8"
        case .applicationXML: "application/xml; charset=utf-8"
        case .textPlain: "text/plain; charset=utf-8"
        }
    }

    /// What the `content` attribute asks for: the default where it names none of ours, nil where it has control
    /// characters, as only an attempt to forge headers has.
    package init?(requested: Span<UInt8>) {
        var end = requested.count
        for index in requested.indices {
            let byte = requested[index]
            if byte < 0x20 || byte == 0x7F { return nil }
            if byte == UInt8(ascii: ";"), index < end { end = index }
        }
        var start = 0
        while start < end, requested[start] == UInt8(ascii: " ") { start += 1 }
        while end > start, requested[end - 1] == UInt8(ascii: " ") { end -= 1 }
        let type = requested.extracting(start..<end)
        if ASCII.equalIgnoringCase(type, lower: "application/xml") {
            self = .applicationXML
        } else if ASCII.equalIgnoringCase(type, lower: "text/plain") {
            self = .textPlain
        } else {
            self = .textXML
        }
    }
}
