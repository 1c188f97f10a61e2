package import Bytes

/// Writes heads of responses and requests into a buffer, field by field. Knows syntax; the caller knows which fields a
/// message must have. A value that came from a peer goes through `checked`, so that it cannot end its line.
extension ByteBuffer {
    /// The status line, and the `Date` that every answer of a server with a clock has (RFC 9110 section 6.6.1).
    /// - Parameter date: as `HTTPDate.text` makes it; the owner makes it once a second.
    package mutating func startResponse(_ status: HTTPStatus, date: [UInt8], pool: BufferPool) {
        append("HTTP/1.1 ", pool: pool)
        appendNumber(Int(status.rawValue), pool: pool)
        append(UInt8(ascii: " "), pool: pool)
        append(status.reason, pool: pool)
        append("\r\nDate: ", pool: pool)
        append(date, pool: pool)
        append("\r\n", pool: pool)
    }

    /// The whole interim answer that lets a client send its body (RFC 9110 section 10.1.1).
    package mutating func appendContinue(pool: BufferPool) {
        append("HTTP/1.1 100 Continue\r\n\r\n", pool: pool)
    }

    /// The request line with the obligatory `Host` first.
    package mutating func startRequest(
        _ method: HTTPMethod, target: [UInt8], host: [UInt8], pool: BufferPool
    ) throws(HTTPFailure) {
        precondition(method != .other, "a request needs a method")
        for byte in target where byte <= 0x20 || byte >= 0x7F { throw .target }
        guard !target.isEmpty else { throw .target }
        guard RequestTarget.isHost(host.span) else { throw .host }
        append(method.name, pool: pool)
        append(UInt8(ascii: " "), pool: pool)
        append(target, pool: pool)
        append(" HTTP/1.1\r\nHost: ", pool: pool)
        append(host, pool: pool)
        append("\r\n", pool: pool)
    }

    package mutating func appendField(_ name: StaticString, _ value: StaticString, pool: BufferPool) {
        startField(name, pool: pool)
        append(value, pool: pool)
        append("\r\n", pool: pool)
    }

    package mutating func appendField(_ name: StaticString, _ number: Int, pool: BufferPool) {
        startField(name, pool: pool)
        appendNumber(number, pool: pool)
        append("\r\n", pool: pool)
    }

    /// A value known only at run time. Throws and appends nothing when it has a control character (RFC 9112 section
    /// 11.1).
    package mutating func appendField(
        _ name: StaticString, checked value: Span<UInt8>, pool: BufferPool
    ) throws(HTTPFailure) {
        for index in value.indices where !Characters.isValue(value[index]) { throw .fieldValue }
        startField(name, pool: pool)
        append(value, pool: pool)
        append("\r\n", pool: pool)
    }

    /// `Content-Range` of a part (RFC 9110 section 14.4), or of none with `range` nil.
    package mutating func appendContentRange(_ range: Range<Int>?, of size: Int, pool: BufferPool) {
        append("Content-Range: bytes ", pool: pool)
        if let range {
            appendNumber(range.lowerBound, pool: pool)
            append(UInt8(ascii: "-"), pool: pool)
            appendNumber(range.upperBound - 1, pool: pool)
        } else {
            append(UInt8(ascii: "*"), pool: pool)
        }
        append(UInt8(ascii: "/"), pool: pool)
        appendNumber(size, pool: pool)
        append("\r\n", pool: pool)
    }

    package mutating func endHead(pool: BufferPool) {
        append("\r\n", pool: pool)
    }

    private mutating func startField(_ name: StaticString, pool: BufferPool) {
        append(name, pool: pool)
        append(": ", pool: pool)
    }

    /// Decimal digits; written from the front so that nothing is allocated.
    private mutating func appendNumber(_ number: Int, pool: BufferPool) {
        precondition(number >= 0, "HTTP counts from 0")
        var scale = 1
        while number / scale >= 10 { scale *= 10 }
        while scale > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / scale % 10), pool: pool)
            scale /= 10
        }
    }
}
