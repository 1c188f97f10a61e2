internal import Bytes

/// Attributes as text inside a start tag. Knows escaping; does not know which attributes exist.
enum AttributeText {
    /// What the client may know of the server's stream: ` from='...' authid='...' xmpp:version='...'`. The prefix is
    /// declared by whoever writes the tag.
    static func stream(from: String?, id: String?, version: String?) -> [UInt8] {
        var output: [UInt8] = []
        append("from", from, to: &output)
        append("authid", id, to: &output)
        append("xmpp:version", version ?? "1.0", to: &output)
        return output
    }

    static func append(_ name: String, _ value: String?, to output: inout [UInt8]) {
        guard let value else { return }
        output += " \(name)='".utf8
        appendEscaped(value, to: &output)
        output.append(UInt8(ascii: "'"))
    }

    /// Escapes so that the value reads back as it was between quotes of either kind.
    static func appendEscaped(_ value: String, to output: inout [UInt8]) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "&"): output += "&amp;".utf8
            case UInt8(ascii: "<"): output += "&lt;".utf8
            case UInt8(ascii: ">"): output += "&gt;".utf8
            case UInt8(ascii: "'"): output += "&apos;".utf8
            case UInt8(ascii: "\""): output += "&quot;".utf8
            case 0x09: output += "&#9;".utf8
            case 0x0A: output += "&#10;".utf8
            case 0x0D: output += "&#13;".utf8
            default: output.append(byte)
            }
        }
    }
}
