/// Which SASL mechanisms a browser gets to see of those the server offers. Knows names only; features are cut elsewhere.
package struct MechanismFilter: Sendable, Equatable {
    /// Only these are shown; empty for all.
    package var allowed: [String]
    /// Never shown, even when allowed.
    package var hidden: [String]

    package init(allowed: [String] = [], hidden: [String] = []) {
        self.allowed = allowed
        self.hidden = hidden
    }

    package static let all = MechanismFilter()

    package var isEverything: Bool { allowed.isEmpty && hidden.isEmpty }

    package func shows(_ mechanism: String) -> Bool {
        (allowed.isEmpty || allowed.contains(mechanism)) && !hidden.contains(mechanism)
    }

    /// 1 to 20 capital letters, digits, `-` and `_` (RFC 4422 section 3.1).
    package static func isName(_ text: String) -> Bool {
        (1...20).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}
