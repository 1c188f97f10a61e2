/// A version of the binding: two numbers with a dot, compared as numbers (XEP-0124 section 7.1: 1.10 is above 1.9).
package struct ProtocolVersion: Comparable, Sendable {
    package let major: UInt16
    package let minor: UInt16

    /// The version of XEP-0124 spoken here.
    package static let ours = ProtocolVersion(major: 1, minor: 11)

    package init(major: UInt16, minor: UInt16) {
        self.major = major
        self.minor = minor
    }

    /// Nil when `text` is not `digits.digits` with numbers up to 65535.
    package init?(_ text: Span<UInt8>) {
        var dot = 0
        while dot < text.count, text[dot] != UInt8(ascii: ".") { dot += 1 }
        guard dot < text.count, let major = StrictInteger.uint16(text.extracting(0..<dot)),
            let minor = StrictInteger.uint16(text.extracting(dot + 1..<text.count))
        else { return nil }
        self.init(major: major, minor: minor)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
