/// Takes out of a server's `<stream:features/>` what cannot work across the edge: TLS and compression of the upstream hop,
/// and what the policy names. Knows the features of a dozen standards by name; every other byte stays as it is.
package struct StreamFeatures: Equatable, Sendable {
    /// The element as the browser may see it.
    package let element: [UInt8]
    /// SASL mechanisms that remain, of RFC 6120 and of XEP-0388.
    package let mechanisms: [String]
    /// There are logins, and all of them bind to the server's TLS connection, which ends here: nobody can do one across the edge.
    /// Their names, shown or not.
    package let onlyBound: [String]
    /// The server offers STARTTLS, and whether it insists.
    package let offersTLS: Bool
    package let requiresTLS: Bool

    /// Bytes of an element that is looked into. Real ones stay below 8 KiB; names are looked up one by one.
    package static let maxElement = 64 << 10

    /// - Parameter element: a whole features element that declares the namespaces it uses; comes back as it is if it is
    ///   not one.
    package static func filtered(_ element: Span<UInt8>, policy: FeaturePolicy) -> [UInt8] {
        read(element, policy: policy).element
    }

    package static func read(_ element: Span<UInt8>, policy: FeaturePolicy) -> StreamFeatures {
        let bytes = element.withUnsafeBufferPointer { Array($0) }
        var filter = FeatureFilter(bytes, policy)
        guard bytes.count <= maxElement, (try? filter.run()) != nil else {
            return StreamFeatures(element: bytes, mechanisms: [], onlyBound: [], offersTLS: false, requiresTLS: false)
        }
        return StreamFeatures(
            element: filter.output, mechanisms: filter.mechanisms, onlyBound: filter.hasUsableLogin ? [] : filter.bound,
            offersTLS: filter.offersTLS, requiresTLS: filter.requiresTLS)
    }
}

/// The walk through one features element.
private struct FeatureFilter {
    private var cursor: MarkupCursor
    private let policy: FeaturePolicy
    private var scope = NamespaceScope()
    private var path: [Name] = []
    /// The element that is being left out, by its depth.
    private var hiddenDepth: Int?
    /// Where a `<mechanism/>` began in the output.
    private var mechanismStart = 0
    private var text: [UInt8] = []
    private(set) var output: [UInt8] = []
    private(set) var mechanisms: [String] = []
    /// Mechanisms that bind to the TLS channel.
    private(set) var bound: [String] = []
    /// Something is shown that does not.
    private(set) var hasUsableLogin = false
    private(set) var offersTLS = false
    private(set) var requiresTLS = false

    private struct Name: Equatable {
        let namespace: String
        let local: String

        func isElement(_ local: String, of namespace: StaticString) -> Bool {
            self.local == local && self.namespace == namespace.description
        }
    }

    init(_ bytes: [UInt8], _ policy: FeaturePolicy) {
        cursor = MarkupCursor(bytes)
        self.policy = policy
        output.reserveCapacity(bytes.count)
    }

    mutating func run() throws(XMLFailure) {
        while let token = try cursor.next() {
            switch token {
            case .start(let tag):
                started(tag)
                emit(tag.range)
                if tag.isEmpty { try ended() }
            case .text(let range):
                text += cursor.bytes[range]
                emit(isLimit ? lowered(range) : Array(cursor.bytes[range]))
            case .end(let range):
                emit(range)
                try ended()
            }
        }
    }

    private mutating func emit(_ range: Range<Int>) {
        if hiddenDepth == nil { output += cursor.bytes[range] }
    }

    private mutating func emit(_ bytes: [UInt8]) {
        if hiddenDepth == nil { output += bytes }
    }

    private mutating func started(_ tag: MarkupCursor.Tag) {
        scope.enter(tag, in: cursor.bytes)
        let (namespace, local) = scope.resolve(cursor.bytes[tag.name])
        let name = Name(namespace: namespace ?? "", local: String(decoding: local, as: UTF8.self))
        path.append(name)
        text = []
        if isMechanism { mechanismStart = output.count }
        if name.isElement("starttls", of: Namespace.tls) { offersTLS = true }
        if name.isElement("auth", of: Namespace.legacyLoginFeature) { hasUsableLogin = true }
        if name.isElement("required", of: Namespace.tls) { requiresTLS = true }
        if hiddenDepth == nil, isHidden(name) { hiddenDepth = path.count }
    }

    private mutating func ended() throws(XMLFailure) {
        guard !path.isEmpty else { throw .notWellFormed }
        if isMechanism, hiddenDepth == nil { endedMechanism() }
        if hiddenDepth == path.count { hiddenDepth = nil }
        path.removeLast()
        scope.leave()
        text = []
    }

    private mutating func endedMechanism() {
        let name = XMLText.decode(text[...], isAttribute: false).filter { !$0.isWhitespace }
        let isToken = path.dropLast().last?.namespace == Namespace.fast.description
        let isBound = FeaturePolicy.bindsChannel(name.uppercased())
        if isBound && !isToken { bound.append(name) }
        if policy.hides(mechanism: name) {
            output.removeSubrange(mechanismStart...)
        } else {
            if !isBound { hasUsableLogin = true }
            if !isToken { mechanisms.append(name) }
        }
    }

    private func isHidden(_ name: Name) -> Bool {
        name.isElement("starttls", of: Namespace.tls) || name.isElement("compression", of: Namespace.compressFeature)
            || policy.hidesChannelBinding && name.isElement("sasl-channel-binding", of: Namespace.channelBinding)
    }

    /// At a `<mechanism/>` of SASL, SASL2 or FAST.
    private var isMechanism: Bool {
        guard let name = path.last, name.local == "mechanism" else { return false }
        return [Namespace.sasl, Namespace.sasl2, Namespace.fast].contains { name.namespace == $0.description }
    }

    private var isLimit: Bool {
        guard let name = path.last else { return false }
        return name.isElement("max-bytes", of: Namespace.streamLimits) && policy.maxBytes != nil
            || name.isElement("idle-seconds", of: Namespace.streamLimits) && policy.idleSeconds != nil
    }

    private func lowered(_ range: Range<Int>) -> [UInt8] {
        let written = Array(cursor.bytes[range])
        let limit = path.last?.local == "max-bytes" ? policy.maxBytes : policy.idleSeconds
        guard let limit else { return written }
        let digits = String(decoding: written, as: UTF8.self).filter { !$0.isWhitespace }
        guard !digits.isEmpty, digits.allSatisfy(\.isNumber) else { return written }
        // More digits than fit are more than any limit.
        if let value = Int(digits), value <= limit { return written }
        return Array("\(limit)".utf8)
    }
}
