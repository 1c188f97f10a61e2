/// Names and attributes as libxml2 hands them to a callback: readers over its memory, valid during the call only.
internal import CXML2

/// The name of an element.
struct SAXName {
    let local: UnsafePointer<xmlChar>?
    let prefix: UnsafePointer<xmlChar>?
    let uri: UnsafePointer<xmlChar>?

    func isLocal(_ name: StaticString) -> Bool { Self.equal(local, name) }

    func isElement(_ name: StaticString, of namespace: StaticString) -> Bool {
        Self.equal(local, name) && Self.equal(uri, namespace)
    }

    func fits(_ limit: Int) -> Bool {
        Self.length(local) <= limit && Self.length(prefix) <= limit
    }

    /// What a root element of this name is; nil when its namespace forbids it.
    var rootKind: CheckedElement.Kind? {
        let isStanza = isLocal("message") || isLocal("presence") || isLocal("iq")
        if Self.equal(uri, Namespace.client) {
            // RFC 7395 section 3.3.2: these two have a namespace of their own.
            return isStanza ? .stanza : isLocal("open") || isLocal("close") ? nil : .other
        }
        guard uri != nil else { return nil }
        if isStanza { return Self.equal(uri, Namespace.server) ? nil : .other }
        if Self.equal(uri, Namespace.framing) { return isLocal("open") ? .open : isLocal("close") ? .close : nil }
        if Self.equal(uri, Namespace.streams) {
            return isLocal("error") ? .streamError : isLocal("stream") ? nil : .other
        }
        if Self.equal(uri, Namespace.sasl) { return isLocal("auth") ? .saslStart : .other }
        if Self.equal(uri, Namespace.sasl2) { return isLocal("authenticate") ? .saslStart : .other }
        if isElement("starttls", of: Namespace.tls) { return .startTLS }
        if isElement("compress", of: Namespace.compress) { return .compress }
        return .other
    }

    static func equal(_ text: UnsafePointer<xmlChar>?, _ name: StaticString) -> Bool {
        guard let text else { return false }
        // Names hold no zero, so the first difference is at the latest at the end of the shorter one.
        return strncmp(chars(text), chars(name.utf8Start), name.utf8CodeUnitCount + 1) == 0
    }

    static func length(_ text: UnsafePointer<xmlChar>?) -> Int {
        text.map { strlen(chars($0)) } ?? 0
    }

    static func string(_ text: UnsafePointer<xmlChar>?) -> String? {
        text.map { String(decoding: UnsafeBufferPointer(start: $0, count: length($0)), as: UTF8.self) }
    }

    private static func chars(_ text: UnsafePointer<xmlChar>) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self)
    }
}

/// Attributes: five pointers each, for local name, prefix, namespace, begin and end of the value.
struct SAXAttributes {
    let start: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    let count: Int

    private func value(_ index: Int) -> UnsafeBufferPointer<xmlChar> {
        guard let start, let first = start[index * 5 + 3], let end = start[index * 5 + 4] else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        return UnsafeBufferPointer(start: first, count: end - first)
    }

    /// Whether there is an attribute without a prefix of that name and value.
    func has(_ name: StaticString, _ value: StaticString) -> Bool {
        guard let start else { return false }
        let wanted = UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount)
        for index in 0..<count where start[index * 5 + 1] == nil && SAXName.equal(start[index * 5], name) {
            return self.value(index).elementsEqual(wanted)
        }
        return false
    }

    func namesFit(_ limit: Int) -> Bool {
        guard let start else { return true }
        for index in 0..<count {
            if SAXName.length(start[index * 5]) > limit || SAXName.length(start[index * 5 + 1]) > limit { return false }
        }
        return true
    }

    /// Read as those of `<open/>`.
    func opening() throws(XMLFailure) -> OpenAttributes {
        var result = OpenAttributes()
        guard let start else { return result }
        for index in 0..<count {
            let value = value(index)
            guard value.count <= OpenAttributes.maxValue else { throw .policyViolation(.bytes) }
            // All is resolved but `&`, which libxml2 hands over as `&#38;`.
            let text = XMLText.decode(value, isAttribute: false)
            let local = start[index * 5]
            let namespace = start[index * 5 + 2]
            if namespace == nil, SAXName.equal(local, "to") {
                result.to = text
            } else if namespace == nil, SAXName.equal(local, "version") {
                result.version = text
            } else {
                result.set(SAXName.string(local) ?? "", of: SAXName.string(namespace), text)
            }
        }
        guard result.others.count <= OpenAttributes.maxOthers else { throw .policyViolation(.attributes) }
        return result
    }
}

/// Namespace declarations: two pointers each, for prefix and name.
struct SAXDeclarations {
    let start: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    let count: Int

    func fit(_ limit: Int) -> Bool {
        guard let start else { return true }
        for index in 0..<(count * 2) where SAXName.length(start[index]) > limit { return false }
        return true
    }
}
