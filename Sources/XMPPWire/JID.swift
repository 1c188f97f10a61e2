/// An XMPP address (RFC 7622), checked as far as a hop must: sizes, empty parts, characters that no part may have. Does not
/// normalise what a server will normalise; only domains compare without case.
package struct JID: Equatable, Sendable {
    package let local: String?
    /// In lower case, without a final dot.
    package let domain: String
    package let resource: String?

    /// RFC 7622 section 3.1: bytes of each part.
    private static let maxPart = 1_023
    /// RFC 7622 section 3.3.1.
    private static let forbiddenInLocal: Set<Unicode.Scalar> = ["\"", "&", "'", "/", ":", "<", ">", "@"]

    /// Nil when `text` is no address.
    package init?(_ text: String) {
        let scalars = text.unicodeScalars
        // The first slash ends the bare address, the first at sign in front of it the local part (section 3.1).
        let slash = scalars.firstIndex(of: "/")
        let bare = scalars[..<(slash ?? scalars.endIndex)]
        let at = bare.firstIndex(of: "@")
        local = at.map { String(bare[..<$0]) }
        resource = slash.map { String(scalars[scalars.index(after: $0)...]) }
        let host = at.map { bare[bare.index(after: $0)...] } ?? bare
        domain = Self.domain(String(host))
        guard Self.isDomain(domain) else { return nil }
        if let local, !Self.isPart(local, forbidden: Self.forbiddenInLocal) { return nil }
        if let resource, !Self.isPart(resource, forbidden: []) { return nil }
    }

    /// Without the resource.
    package var bare: String {
        local.map { "\($0)@\(domain)" } ?? domain
    }

    /// A domain as it compares: in lower case, without the dot of the root.
    package static func domain(_ text: String) -> String {
        let lower = text.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    private static func isDomain(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= maxPart, !text.hasPrefix("."), !text.contains("..") else {
            return false
        }
        if text.hasPrefix("[") {
            // An IPv6 address.
            guard text.hasSuffix("]"), text.utf8.count > 2 else { return false }
            return text.dropFirst().dropLast().unicodeScalars.allSatisfy {
                $0.properties.isASCIIHexDigit || $0 == ":" || $0 == "."
            }
        }
        return text.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII {
                return scalar == "-" || scalar == "." || scalar == "_" || scalar.properties.isAlphabetic
                    || scalar.properties.numericType != nil
            }
            return !isSpaceOrControl(scalar)
        }
    }

    private static func isPart(_ text: String, forbidden: Set<Unicode.Scalar>) -> Bool {
        guard !text.isEmpty, text.utf8.count <= maxPart else { return false }
        let allowsSpace = forbidden.isEmpty
        return text.unicodeScalars.allSatisfy { scalar in
            if forbidden.contains(scalar) { return false }
            return allowsSpace && scalar == " " || !isSpaceOrControl(scalar)
        }
    }

    private static func isSpaceOrControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
        default: scalar == "\u{FFFD}" || scalar == "\u{FEFF}"
        }
    }
}
