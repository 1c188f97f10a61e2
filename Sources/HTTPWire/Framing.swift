internal import Bytes

/// How long a message's body is and whether its connection goes on, read from the fields (RFC 9112 sections 6.3, 9.3).
/// Refuses everything on which two readers of the same bytes could disagree: that is what request smuggling lives on.
struct Framing: Equatable, Sendable {
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var hasClose = false
    private(set) var hasKeepAlive = false

    init() {}

    init(_ block: FieldBlock, minorVersion: Int) throws(HTTPFailure) {
        var codings = 0
        try block.forEach { name, value throws(HTTPFailure) in
            // Most names are ruled out by their length.
            switch name.count {
            case 10 where ASCII.equalIgnoringCase(name, lower: "connection"): noteConnection(value)
            case 14 where Self.looksLike(name, "content-length"):
                guard name[7] != UInt8(ascii: "_"), contentLength == nil else { throw .contentLength }
                contentLength = try Self.length(value)
            case 17 where Self.looksLike(name, "transfer-encoding"):
                codings += 1
                guard name[8] != UInt8(ascii: "_"), codings == 1, minorVersion >= 1 else { throw .transferEncoding }
                try noteCoding(value)
            default: break
            }
        }
        if isChunked && contentLength != nil { throw .conflictingFraming }
    }

    private mutating func noteConnection(_ value: Span<UInt8>) {
        _ = TokenList.contains(value) { token in
            if ASCII.equalIgnoringCase(token, lower: "close") { hasClose = true }
            if ASCII.equalIgnoringCase(token, lower: "keep-alive") { hasKeepAlive = true }
            return false
        }
    }

    /// Only `chunked` alone is decoded; another coding in front of it is one we do not know.
    private mutating func noteCoding(_ value: Span<UInt8>) throws(HTTPFailure) {
        var count = 0
        var chunked = 0
        var isLast = false
        _ = TokenList.contains(value) { token in
            isLast = ASCII.equalIgnoringCase(token, lower: "chunked")
            count += 1
            if isLast { chunked += 1 }
            return false
        }
        guard isLast, chunked == 1 else { throw .transferEncoding }
        guard count == 1 else { throw .unknownCoding }
        isChunked = true
    }

    /// Digits only. A list of equal values is refused too: no honest client sends one.
    private static func length(_ value: Span<UInt8>) throws(HTTPFailure) -> Int {
        // 18 digits cannot overflow 63 bits.
        guard value.count > 0, value.count <= 18 else { throw .contentLength }
        var number = 0
        for index in value.indices {
            guard Characters.isDigit(value[index]) else { throw .contentLength }
            number = number * 10 + Int(value[index] - UInt8(ascii: "0"))
        }
        return number
    }

    /// Equal, or equal but for `_` in place of `-`, which some servers behind proxies take for the same.
    private static func looksLike(_ name: Span<UInt8>, _ lower: StaticString) -> Bool {
        guard name.count == lower.utf8CodeUnitCount else { return false }
        for index in name.indices {
            let byte = name[index] == UInt8(ascii: "_") ? UInt8(ascii: "-") : ASCII.lower(name[index])
            if byte != lower.utf8Start[index] { return false }
        }
        return true
    }
}
