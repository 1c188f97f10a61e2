/// The XML declaration (XML 1.0 section 2.8), which RFC 7395 and RFC 6120 allow in front. Knows that it must say 1.0 and,
/// if it names an encoding, UTF-8.
internal import Bytes

package enum XMLDeclaration {
    /// Bytes of the longest declaration that makes sense; more is no declaration.
    static let maxLength = 256

    /// The place behind a declaration, if there is one, and the white space after it; 0 if not.
    package static func end(in message: Span<UInt8>) throws(XMLFailure) -> Int {
        guard message.count > 5, ASCII.equal(message.extracting(0..<5), "<?xml"), XMLText.isSpace(message[5]) else {
            return 0
        }
        let reach = message.extracting(0..<min(message.count, maxLength))
        guard let close = ASCII.firstIndex(of: UInt8(ascii: ">"), in: reach), message[close - 1] == UInt8(ascii: "?")
        else { throw .notWellFormed }
        try check(message.extracting(0..<(close + 1)))
        var start = close + 1
        while start < message.count, XMLText.isSpace(message[start]) { start += 1 }
        return start
    }

    /// What nearly everybody writes.
    private static let usual: [StaticString] = [
        "<?xml version='1.0'?>", "<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='UTF-8'?>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    ]

    /// `declaration` is from `<?xml` to `?>`.
    static func check(_ declaration: Span<UInt8>) throws(XMLFailure) {
        guard declaration.count <= maxLength else { throw .notWellFormed }
        if usual.contains(where: { ASCII.equal(declaration, $0) }) { return }
        // Read as the attributes of a tag, which they look like.
        let inner = Array(copying: declaration.extracting(5..<(declaration.count - 2)))
        var cursor = MarkupCursor(Array("<x".utf8) + inner + Array(">".utf8))
        guard case .start(let tag)? = try cursor.next(), tag.range.upperBound == cursor.bytes.count, !tag.isEmpty else {
            throw .notWellFormed
        }
        let fields = tag.attributes.map { attribute in
            (
                String(decoding: cursor.bytes[attribute.name], as: UTF8.self),
                String(decoding: cursor.bytes[attribute.value], as: UTF8.self)
            )
        }
        let names = fields.map(\.0)
        guard let version = fields.first, version.0 == "version" else { throw .notWellFormed }
        guard version.1 == "1.0" else { throw .unsupportedXMLVersion }
        guard ["version", "encoding", "standalone"].filter(names.contains) == names else { throw .notWellFormed }
        for (name, value) in fields.dropFirst() {
            if name == "encoding", value.lowercased() != "utf-8" { throw .unsupportedEncoding }
            if name == "standalone", value != "yes" && value != "no" { throw .notWellFormed }
        }
    }
}
