/// Where one top-level element of a server's stream stands in the input, and which namespace declarations it lacks to
/// stand alone. Knows places, and what to add under a header with the usual declarations; for others `StreamScanner` knows.
package import Bytes

package struct ElementCut: Equatable, Sendable {
    let start: UInt32
    /// Where the name of the start tag ends: the place for declarations.
    let nameEnd: UInt32
    let end: UInt32
    /// Which of the header's further prefixes the start tag does not declare, one bit each.
    let missingExtras: UInt16
    /// The start tag has no `xmlns`.
    package let needsDefaultNamespace: Bool
    /// The prefix of the streams namespace occurs, and the start tag does not declare it.
    package let needsStreamNamespace: Bool
    /// The element may be in the streams namespace: worth a call of `StreamScanner.classify`.
    package let isStreamPrefixed: Bool
    /// The stream's header declares what headers usually do and nothing else.
    package let isUsual: Bool

    /// The start tag lacks a prefix that the stream header declares.
    package var needsExtras: Bool { missingExtras != 0 }
    /// Bytes in the input.
    package var size: Int { Int(end) - Int(start) }
    /// Place in the input.
    package var range: Range<Int> { Int(start)..<Int(end) }

    static let usualDefault: StaticString = " xmlns='jabber:client'"
    static let usualStreams: StaticString = " xmlns:stream='http://etherx.jabber.org/streams'"

    /// Bytes that `writeUsual` will append; nil for an element of an unusual stream.
    package var usualSize: Int? {
        guard isUsual else { return nil }
        return size + (needsDefaultNamespace ? Self.usualDefault.utf8CodeUnitCount : 0)
            + (needsStreamNamespace ? Self.usualStreams.utf8CodeUnitCount : 0)
    }

    /// `StreamScanner.write` for a usual stream, without the scanner: the way nearly every stanza goes.
    package func writeUsual(from input: Span<UInt8>, to output: inout ByteBuffer, pool: BufferPool) {
        _ = output.fill(atLeast: usualSize ?? size, pool: pool) { target in
            input.extracting(range).withUnsafeBytes { element in
                let head = Int(nameEnd &- start)
                var used = Self.copy(UnsafeRawBufferPointer(rebasing: element[..<head]), to: target, at: 0)
                if needsDefaultNamespace { used = Self.copy(Self.usualDefault, to: target, at: used) }
                if needsStreamNamespace { used = Self.copy(Self.usualStreams, to: target, at: used) }
                return Self.copy(UnsafeRawBufferPointer(rebasing: element[head...]), to: target, at: used)
            }
        }
    }

    /// The place behind the copy.
    @inline(__always)
    private static func copy(
        _ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, at start: Int
    ) -> Int {
        guard let from = bytes.baseAddress, let base = target.baseAddress else { return start }
        (base + start).copyMemory(from: from, byteCount: bytes.count)
        return start + bytes.count
    }

    @inline(__always)
    private static func copy(_ text: StaticString, to target: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
        copy(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), to: target, at: start)
    }
}
