/// The client's way to TLS on a stream that begins in clear (RFC 6120 section 5.4). Knows the words; what it reads in clear
/// is used for nothing else, because anybody on the network could have written it.
internal import Bytes

package struct StartTLSNegotiation: Sendable {
    private var scanner = StreamScanner(maxElement: Self.maxElement)
    private var hasAsked = false
    /// The header has no version: no features follow.
    private var isOld = false

    /// Bytes of what a server may say in clear: features are far smaller.
    private static let maxElement = 64 << 10

    package enum Step: Equatable, Sendable {
        case needMore(used: Int)
        /// Now `request` has to be sent.
        case ask(used: Int)
        /// The next byte either way belongs to TLS.
        case proceed
    }

    package enum Failure: Error, Equatable, Sendable {
        /// The server offers no TLS on this port.
        case notOffered
        /// It offers TLS, and then does not begin with it.
        case refused
        /// Bytes came behind `<proceed/>` that TLS does not protect: somebody may have put them there (RFC 6120 section
        /// 5.4.3.3 lets nothing follow).
        case injected
        /// It ended the stream; the condition of its stream error, if it named one.
        case ended(condition: String?)
        /// It refers to another host. Whoever goes there has to ask for the same proof as here (RFC 6120 section 4.9.3.19):
        /// then it does not matter who wrote this.
        case referred(host: String)
        /// What came is no XMPP stream.
        case malformed(XMLFailure)
    }

    package init() {}

    /// Our words before anything else. The user's name is not among them.
    package static func header(to domain: String) -> [UInt8] { StreamHeader.bytes(OpenAttributes(to: domain)) }

    package static let request: StaticString = "<starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>"

    /// What to do next. `input` starts at the first byte that was not used yet.
    package mutating func next(_ input: Span<UInt8>) throws(Failure) -> Step {
        var used = 0
        while true {
            let rest = input.extracting(used...)
            let step: StreamScanner.Step
            do throws(XMLFailure) { step = try scanner.next(rest) } catch { throw .malformed(error) }
            switch step {
            case .needMore:
                // Servers from before RFC 3920 send no features, so there is nothing to wait for.
                if isOld { throw .notOffered }
                return .needMore(used: used)
            case .whitespace(let size):
                used += size
            case .header(let header, let size):
                used += size
                isOld = header.version == nil
            case .streamEnd:
                throw .ended(condition: nil)
            case .element(let cut, let size):
                let element = scanner.output(cut, from: rest)
                used += size
                if hasAsked {
                    try check(element.span)
                    guard used == input.count else { throw .injected }
                    return .proceed
                }
                if try offersTLS(element.span) {
                    hasAsked = true
                    // Who sends more now has not read our request; the next call looks at it.
                    return .ask(used: used)
                }
            }
        }
    }

    private func offersTLS(_ element: Span<UInt8>) throws(Failure) -> Bool {
        switch try? ReadFrame.read(element) {
        case .features:
            guard StreamFeatures.read(element, policy: FeaturePolicy()).offersTLS else { throw .notOffered }
            return true
        case .streamError:
            throw Self.end(element)
        default:
            throw isOld ? .notOffered : .refused
        }
    }

    private static func end(_ element: Span<UInt8>) -> Failure {
        let error = StreamError.read(Array(copying: element))
        if error?.condition == .seeOtherHost { return .referred(host: error?.detail ?? "") }
        return .ended(condition: error?.condition?.rawValue)
    }

    private func check(_ element: Span<UInt8>) throws(Failure) {
        switch try? ReadFrame.read(element) {
        case .element(name: "proceed", namespace: Namespace.tls.description): break
        case .streamError: throw Self.end(element)
        default: throw .refused
        }
    }
}

extension StartTLSNegotiation.Failure {
    /// For logs.
    package var sentence: String {
        switch self {
        case .notOffered: "the server does not offer STARTTLS"
        case .refused: "the server offers STARTTLS and then refuses it"
        case .injected: "bytes without protection came behind the server's <proceed/>; somebody may be tampering"
        case .ended(let condition?): "the server ends the stream with \(condition) before TLS"
        case .referred: "the server refers to another host before TLS"
        case .ended(nil): "the server ends the stream before TLS"
        case .malformed: "what the server sends before TLS is no XMPP"
        }
    }
}
