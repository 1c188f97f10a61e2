internal import Bytes

/// Where a request goes (RFC 9112 section 3.2), as places in the head. Knows the four forms; does not decode percent
/// escapes and knows no paths of this server.
package struct RequestTarget: Equatable, Sendable {
    package enum Form: UInt8, Sendable {
        /// A path, perhaps with a query.
        case origin
        /// A whole URI, as to a proxy; its authority counts instead of Host.
        case absolute
        /// Host and port; CONNECT only.
        case authority
        /// `*`; OPTIONS only.
        case asterisk
    }

    var form = Form.origin
    /// From the slash on; nil for an absolute form without one, and for the last two forms.
    var path: Range<Int>?
    /// Behind the question mark.
    var query: Range<Int>?
    /// Host and port of an absolute or authority form.
    var authority: Range<Int>?

    init() {}

    /// - Parameter range: the target, of visible ASCII characters only, in `head`.
    init(_ head: Span<UInt8>, _ range: Range<Int>, method: HTTPMethod) throws(HTTPFailure) {
        guard let first = range.first else { throw .target }
        if method == .connect {
            form = .authority
            authority = range
            guard Self.isHost(head.extracting(range)) else { throw .target }
        } else if head[first] == UInt8(ascii: "/") {
            split(head, range)
        } else if range.count == 1 && head[first] == UInt8(ascii: "*") {
            guard method == .options else { throw .target }
            form = .asterisk
        } else {
            try absolute(head, range)
        }
    }

    private mutating func absolute(_ head: Span<UInt8>, _ range: Range<Int>) throws(HTTPFailure) {
        form = .absolute
        var index = range.lowerBound
        while index < range.upperBound, head[index] != Characters.colon { index += 1 }
        let scheme = head.extracting(range.lowerBound..<index)
        guard ASCII.equalIgnoringCase(scheme, lower: "http") || ASCII.equalIgnoringCase(scheme, lower: "https"),
            index + 2 < range.upperBound, head[index + 1] == UInt8(ascii: "/"), head[index + 2] == UInt8(ascii: "/")
        else { throw .target }
        index += 3
        let start = index
        while index < range.upperBound, head[index] != UInt8(ascii: "/"), head[index] != UInt8(ascii: "?") {
            index += 1
        }
        // An empty host is invalid in this scheme (RFC 9110 section 4.2.1).
        guard index > start, Self.isHost(head.extracting(start..<index)) else { throw .target }
        authority = start..<index
        split(head, index..<range.upperBound)
    }

    private mutating func split(_ head: Span<UInt8>, _ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound, head[index] != UInt8(ascii: "?") { index += 1 }
        if index > range.lowerBound { path = range.lowerBound..<index }
        if index < range.upperBound { query = index + 1..<range.upperBound }
    }

    /// Host and optional port (RFC 9110 section 7.2); an empty one is good syntax.
    static func isHost(_ host: Span<UInt8>) -> Bool {
        var port = -1
        var depth = 0
        for index in host.indices {
            let byte = host[index]
            guard Characters.isHost(byte) else { return false }
            if byte == UInt8(ascii: "[") {
                guard index == 0 else { return false }
                depth = 1
            } else if byte == UInt8(ascii: "]") {
                guard depth == 1 else { return false }
                depth = 2
            } else if depth == 2 && port < 0 && byte != Characters.colon {
                return false
            } else if byte == Characters.colon && depth != 1 {
                guard port < 0 else { return false }
                port = 0
            } else if port >= 0 {
                guard Characters.isDigit(byte), port < 5 else { return false }
                port += 1
            }
        }
        return depth != 1
    }
}
