internal import Bytes

/// Gives an element the namespace declarations that it takes from `<body>`, so that it means the same alone (RFC 6120
/// section 4.8.5). Stanzas that name no namespace are meant for `jabber:client` (XEP-0206 section 2). Knows start tags.
extension BodyReader {
    /// Whether the element lacks a declaration.
    func completes(_ element: Range<Int>, _ body: Span<UInt8>) -> Bool {
        var found = false
        forMissing(element, body) { _ in found = true }
        return found
    }

    /// The element with what it lacks behind its name.
    func completed(_ element: Range<Int>, _ body: Span<UInt8>) -> [UInt8] {
        let nameEnd = Self.nameEnd(element, body)
        var text = Array(copying: body.extracting(element.lowerBound..<nameEnd))
        forMissing(element, body) { missing in
            switch missing {
            case .clientDefault: text += " xmlns='jabber:client'".utf8
            case .clientPrefix(let prefix):
                text += " xmlns:".utf8
                text += Array(copying: body.extracting(prefix))
                text += "='jabber:client'".utf8
            case .copy(let declaration):
                text.append(0x20)
                text += Array(copying: body.extracting(declaration))
            }
        }
        return text + Array(copying: body.extracting(nameEnd..<element.upperBound))
    }

    private enum Missing {
        case clientDefault
        /// A prefix for the namespace of the body itself, on a stanza.
        case clientPrefix(Range<Int>)
        /// A declaration of the body, as it stands there.
        case copy(Range<Int>)
    }

    private func forMissing(_ element: Range<Int>, _ body: Span<UInt8>, _ use: (Missing) -> Void) {
        let nameEnd = Self.nameEnd(element, body)
        let name = body.extracting(element.lowerBound + 1..<nameEnd)
        let colon = ASCII.firstIndex(of: UInt8(ascii: ":"), in: name)
        let local = name.extracting((colon.map { $0 + 1 } ?? 0)..<name.count)
        let isStanza = ASCII.equal(local, "message") || ASCII.equal(local, "presence") || ASCII.equal(local, "iq")
        let noPrefix = body.extracting(nameEnd..<nameEnd)
        if !Self.declares(noPrefix, element, from: nameEnd, body) {
            let inherited = tag.declaration(of: noPrefix, in: body)
            if let inherited, !(isStanza && isBound(noPrefix, to: BOSHNamespace.httpBind, body)) {
                use(.copy(inherited.whole))
            } else if inherited != nil || isStanza || colon != nil {
                use(.clientDefault)
            }
        }
        for attribute in tag.attributes {
            guard let prefix = BodyTag.declared(attribute, body), !prefix.isEmpty else { continue }
            let declared = body.extracting(prefix)
            guard Self.uses(declared, element, body), !Self.declares(declared, element, from: nameEnd, body)
            else { continue }
            let isOwn = colon.map { MarkupByte.equal(name.extracting(0..<$0), declared) } ?? false
            if isOwn, isStanza, isBound(declared, to: BOSHNamespace.httpBind, body) {
                use(.clientPrefix(prefix))
            } else {
                use(.copy(attribute.whole))
            }
        }
    }

    private static func nameEnd(_ element: Range<Int>, _ body: Span<UInt8>) -> Int {
        var at = element.lowerBound + 1
        while at < element.upperBound, !MarkupByte.endsName(body[at]) { at += 1 }
        return at
    }

    /// Whether `prefix:` occurs anywhere; a declaration too many does no harm.
    private static func uses(_ prefix: Span<UInt8>, _ element: Range<Int>, _ body: Span<UInt8>) -> Bool {
        var from = element.lowerBound
        while let colon = ASCII.firstIndex(of: UInt8(ascii: ":"), in: body, from: from), colon < element.upperBound {
            let start = colon - prefix.count
            if start > element.lowerBound, MarkupByte.equal(body.extracting(start..<colon), prefix) { return true }
            from = colon + 1
        }
        return false
    }

    /// Whether the element's start tag declares the prefix, or the default namespace when it is empty.
    private static func declares(
        _ prefix: Span<UInt8>, _ element: Range<Int>, from nameEnd: Int, _ body: Span<UInt8>
    ) -> Bool {
        var at = nameEnd
        while true {
            at = MarkupByte.skipSpace(body, at)
            let start = at
            while at < element.upperBound, !MarkupByte.endsName(body[at]) { at += 1 }
            let name = body.extracting(start..<at)
            at = MarkupByte.skipSpace(body, at)
            guard at < element.upperBound, body[at] == UInt8(ascii: "=") else { return false }
            at = MarkupByte.skipSpace(body, at + 1)
            guard at < element.upperBound, MarkupByte.isQuote(body[at]),
                let close = ASCII.firstIndex(of: body[at], in: body, from: at + 1)
            else { return false }
            at = close + 1
            if isDeclaration(name, of: prefix) { return true }
        }
    }

    private static func isDeclaration(_ name: Span<UInt8>, of prefix: Span<UInt8>) -> Bool {
        guard name.count >= 5, ASCII.equal(name.extracting(0..<5), "xmlns") else { return false }
        if name.count == 5 { return prefix.count == 0 }
        return name[5] == UInt8(ascii: ":") && MarkupByte.equal(name.extracting(6..<name.count), prefix)
    }
}
