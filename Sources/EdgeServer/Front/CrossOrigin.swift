/// What the answers to a request tell the browser about the page that asked (Fetch standard, CORS protocol). Knows origins
/// and header fields; does not know what is answered.
internal import Bytes
internal import HTTPWire

enum CrossOrigin {
    /// No page asked, or the path has nothing to do with other pages.
    case none
    /// Every page may read the answer.
    case any
    /// This page may: its origin as the browser wrote it.
    case page([UInt8])
    /// Such pages may not.
    case refused

    /// - Parameter site: what the client asked for, where a trusted proxy says it.
    init(_ head: RequestHead, _ policy: OriginPolicy, at site: RequestedSite) {
        let origin = head.withValue(of: "origin", Self.string)
        let host = site.host ?? head.withHost(Self.string)
        guard policy.allows(origin: origin, host: host, isSecure: site.isSecure), head.count(of: "origin") <= 1 else {
            self = .refused
            return
        }
        if let origin { self = policy.allowsAny ? .any : .page(Array(origin.utf8)) } else { self = .none }
    }

    private static func string(_ span: Span<UInt8>?) -> String? {
        guard let span else { return nil }
        return String(reading: span)
    }

    var isRefused: Bool {
        if case .refused = self { true } else { false }
    }

    /// On every answer, errors included: without it the page could not see them.
    func append(to output: inout ByteBuffer, pool: BufferPool) {
        switch self {
        case .none, .refused: break
        case .any: output.appendField("Access-Control-Allow-Origin", "*", pool: pool)
        case .page(let origin):
            // The parser has refused control characters in values.
            output.append("Access-Control-Allow-Origin: ", pool: pool)
            output.append(origin, pool: pool)
            output.append("\r\nVary: Origin\r\n", pool: pool)
        }
    }

    /// In the answer to the question whether a request may be sent (Fetch standard, CORS-preflight request).
    func appendPermissions(to output: inout ByteBuffer, pool: BufferPool) {
        switch self {
        case .none, .refused: break
        case .any, .page:
            output.appendField("Access-Control-Allow-Methods", "POST, OPTIONS", pool: pool)
            output.appendField("Access-Control-Allow-Headers", "Content-Type, Content-Encoding", pool: pool)
            // Two hours: as long as browsers remember it.
            output.appendField("Access-Control-Max-Age", 7_200, pool: pool)
        }
    }
}
