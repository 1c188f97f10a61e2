internal import XMPPWire
internal import Bytes

/// What each attribute of a request means (XEP-0124 section 7.1 and after, XEP-0206). Numbers are read strictly; one that
/// cannot be is a defect of the request, but leaves known whose request it is.
extension BodyReader {
    /// False when the attribute is malformed as XML.
    func take(_ attribute: BodyTag.Attribute, _ body: Span<UInt8>) -> Bool {
        let raw = body.extracting(attribute.value)
        if BodyTag.declared(attribute, body) != nil { return isSoundDeclaration(attribute, body) }
        if ASCII.firstIndex(of: UInt8(ascii: "&"), in: raw) == nil, !hasBreaks(raw) {
            return take(attribute, body, value: raw)
        }
        guard let decoded = AttributeValue.decode(raw) else { return false }
        return take(attribute, body, value: decoded.span)
    }

    private func hasBreaks(_ value: Span<UInt8>) -> Bool {
        for index in value.indices where value[index] < 0x20 { return true }
        return false
    }

    private func take(_ attribute: BodyTag.Attribute, _ body: Span<UInt8>, value: Span<UInt8>) -> Bool {
        let name = body.extracting(attribute.name)
        guard attribute.prefixLength > 0 else {
            takePlain(name, value)
            return true
        }
        let prefix = name.extracting(0..<attribute.prefixLength)
        let local = name.extracting(attribute.prefixLength + 1..<name.count)
        if ASCII.equal(prefix, "xml") {
            if ASCII.equal(local, "lang") { head.opening.lang = text(value) }
            return true
        }
        guard tag.declaration(of: prefix, in: body) != nil else { return false }
        if isBound(prefix, to: BOSHNamespace.xbosh, body) {
            if ASCII.equal(local, "version") { head.opening.version = text(value) }
            if ASCII.equal(local, "restart") {
                head.isRestart = ASCII.equal(value, "true") || ASCII.equal(value, "1")
            }
        }
        return true
    }

    private func takePlain(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        switch name.count {
        case 2: if ASCII.equal(name, "to") { head.opening.to = text(value) }
        case 3: takeThree(name, value)
        case 4: takeFour(name, value)
        case 5: if ASCII.equal(name, "pause") { head.pause = wanted(StrictInteger.uint16(value)) }
        case 6: if ASCII.equal(name, "newkey") { head.newKey = Array(copying: value) }
        case 7: if ASCII.equal(name, "content") { head.content = wanted(ContentType(requested: value)) }
        default: break  // `charsets`, `secure`, `route`, `stream` and what is not known have no effect.
        }
    }

    private func takeThree(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        if ASCII.equal(name, "rid") {
            head.rid = StrictInteger.requestID(value)
        } else if ASCII.equal(name, "sid") {
            head.sid = SessionID(value).map { .id($0) } ?? .foreign
        } else if ASCII.equal(name, "ack") {
            head.ack = wanted(StrictInteger.read(value, limit: StrictInteger.largestRequestID))
        } else if ASCII.equal(name, "key") {
            head.key = Array(copying: value)
        } else if ASCII.equal(name, "ver") {
            head.version = wanted(ProtocolVersion(value))
        }
    }

    private func takeFour(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        if ASCII.equal(name, "from") {
            head.opening.from = text(value)
        } else if ASCII.equal(name, "hold") {
            head.hold = wanted(StrictInteger.uint8(value))
        } else if ASCII.equal(name, "wait") {
            head.wait = wanted(StrictInteger.uint16(value))
        } else if ASCII.equal(name, "type") {
            if ASCII.equal(value, "terminate") {
                head.kind = .terminate
            } else if ASCII.equal(value, "error") {
                head.kind = .error
            } else {
                head.defect = .badRequest
            }
        }
    }

    /// Notes a value that could not be read.
    private func wanted<T>(_ value: T?) -> T? {
        if value == nil { head.defect = .badRequest }
        return value
    }

    /// A text that goes on to the server; longer than any address is nobody's.
    private func text(_ value: Span<UInt8>) -> String? {
        guard value.count <= OpenAttributes.maxValue else {
            head.defect = .badRequest
            return nil
        }
        return String(reading: value)
    }

    /// Namespaces in XML 1.0 sections 2.2 and 3: no empty name for a prefix, and two names that are taken.
    private func isSoundDeclaration(_ attribute: BodyTag.Attribute, _ body: Span<UInt8>) -> Bool {
        guard let prefix = BodyTag.declared(attribute, body), attribute.value.count <= BodyTag.maxNamespace,
            let name = AttributeValue.decode(body.extracting(attribute.value))
        else { return false }
        let declared = body.extracting(prefix)
        if ASCII.equal(declared, "xmlns") { return false }
        if ASCII.equal(name.span, "http://www.w3.org/2000/xmlns/") { return false }
        let isXML = ASCII.equal(name.span, "http://www.w3.org/XML/1998/namespace")
        return ASCII.equal(declared, "xml") == isXML && (prefix.isEmpty || !name.isEmpty)
    }
}
