internal import Bytes

/// What one element of a server's stream is, as far as the edge must know. Knows names and namespaces; read on demand,
/// because most elements are nobody's business.
package enum UpstreamElement: Equatable, Sendable {
    case features
    case streamError
    /// The stream error that names another host: an address inside the service, of no use to a browser (RFC 6120 section
    /// 4.9.3.19).
    case seeOtherHost
    /// Login has succeeded. After the SASL of RFC 6120 the client opens the stream anew; after that of XEP-0388 it goes on.
    case saslSuccess(restarts: Bool)
    case saslFailure
    /// A challenge, or any other step inside a SASL exchange.
    case saslChallenge
    /// An `iq` of type `result`: after a request of XEP-0078 it means that login has succeeded.
    case iqResult
    /// An `iq` of type `error`.
    case iqError
    /// `message`, `presence` or another `iq`.
    case stanza
    case other
}

extension StreamScanner {
    /// - Parameter takesShortWay: false for those who compare.
    package func classify(
        _ cut: ElementCut, in input: Span<UInt8>, takesShortWay: Bool = true
    ) -> UpstreamElement {
        if takesShortWay, cut.isUsual, let usual = try? Self.usualElement(input.extracting(cut.range)) { return usual }
        let bytes = output(cut, from: input)
        var cursor = MarkupCursor(bytes)
        guard let token = try? cursor.next(), case .start(let tag) = token else { return .other }
        var scope = NamespaceScope()
        scope.enter(tag, in: bytes)
        let (namespace, local) = scope.resolve(bytes[tag.name])
        let name = String(decoding: local, as: UTF8.self)
        switch namespace {
        case Namespace.streams.description?:
            if name == "error" { return isSeeOtherHost(&cursor, scope, bytes) ? .seeOtherHost : .streamError }
            return name == "features" ? .features : .other
        case Namespace.sasl.description?, Namespace.sasl2.description?:
            return .login(name, restarts: namespace == Namespace.sasl.description)
        case Namespace.client.description?:
            let type = tag.attributes.first { bytes[$0.name].elementsEqual("type".utf8) }
            return .content(name, type: type.map { XMLText.decode(bytes[$0.value], isAttribute: true) })
        default:
            return .other
        }
    }
}

extension StreamScanner {
    /// Of those that come with every login, under the usual declarations, without a copy of the element; nil for any other.
    private static func usualElement(_ element: Span<UInt8>) throws(XMLFailure) -> UpstreamElement? {
        var reader = try TagReader(element)
        let name = element.extracting(reader.name)
        let isFeatures = ASCII.equal(name, "stream:features")
        let prefix = name.extracting(0..<(isFeatures ? 6 : 0))
        var namespace: Range<Int>?
        while let attribute = try reader.next(element) {
            guard TagReader.declares(prefix, element.extracting(attribute.name)) else { continue }
            namespace = attribute.value
        }
        if isFeatures {
            let isOfStreams = namespace.map { ASCII.equal(element.extracting($0), Namespace.streams) } ?? true
            return isOfStreams ? .features : nil
        }
        guard let namespace, ASCII.equal(element.extracting(namespace), Namespace.sasl) else { return nil }
        if ASCII.equal(name, "success") { return .saslSuccess(restarts: true) }
        if ASCII.equal(name, "failure") { return .saslFailure }
        return ASCII.equal(name, "challenge") ? .saslChallenge : nil
    }

    /// Whether the first child says so; the cursor stands behind the start tag of the error.
    private func isSeeOtherHost(_ cursor: inout MarkupCursor, _ outer: NamespaceScope, _ bytes: [UInt8]) -> Bool {
        while let token = try? cursor.next() {
            guard case .start(let tag) = token else { continue }
            var scope = outer
            scope.enter(tag, in: bytes)
            let (namespace, local) = scope.resolve(bytes[tag.name])
            return namespace == Namespace.streamErrors.description && local.elementsEqual("see-other-host".utf8)
        }
        return false
    }
}

extension UpstreamElement {
    fileprivate static func login(_ name: String, restarts: Bool) -> UpstreamElement {
        switch name {
        case "success": .saslSuccess(restarts: restarts)
        case "failure": .saslFailure
        default: .saslChallenge
        }
    }

    fileprivate static func content(_ name: String, type: String?) -> UpstreamElement {
        switch (name, type) {
        case ("iq", "result"?): .iqResult
        case ("iq", "error"?): .iqError
        case ("iq", _), ("message", _), ("presence", _): .stanza
        default: .other
        }
    }
}
