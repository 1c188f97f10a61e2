/// Where one top-level element of a server's stream stands in the input, and which namespace declarations it lacks to
/// stand alone. Knows places only; `StreamScanner` writes it out.
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

    /// The start tag lacks a prefix that the stream header declares.
    package var needsExtras: Bool { missingExtras != 0 }
    /// Bytes in the input.
    package var size: Int { Int(end) - Int(start) }
    /// Place in the input.
    package var range: Range<Int> { Int(start)..<Int(end) }
}
