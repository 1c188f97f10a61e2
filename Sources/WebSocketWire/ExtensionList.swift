/// One extension of a `Sec-WebSocket-Extensions` field with its parameters (RFC 6455 section 9.1). Knows the syntax; does
/// not know any extension.
struct ExtensionOffer: Equatable {
    struct Parameter: Equatable {
        let name: [UInt8]
        /// A token, out of its quotes if it had some; nil when there is no value.
        let value: [UInt8]?
    }

    let name: [UInt8]
    var parameters: [Parameter] = []

    /// The extensions of a field value in their order, or nil when its syntax is wrong.
    static func list(_ field: [UInt8]) -> [ExtensionOffer]? {
        var cursor = ListCursor(bytes: field)
        var offers: [ExtensionOffer] = []
        while true {
            // Empty elements are passed over (RFC 9110 section 5.6.1.2).
            while cursor.take(",") {}
            if cursor.isAtEnd { return offers }
            guard let offer = cursor.offer() else { return nil }
            offers.append(offer)
            guard cursor.isAtEnd || cursor.take(",") else { return nil }
        }
    }
}

/// Walks over a field value once, from front to back.
private struct ListCursor {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        skipSpace()
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func skipSpace() {
        while index < bytes.count, TokenList.isSpace(bytes[index]) { index += 1 }
    }

    /// Takes one delimiter and the space behind it, if it is there.
    mutating func take(_ delimiter: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: delimiter) else { return false }
        index += 1
        skipSpace()
        return true
    }

    mutating func offer() -> ExtensionOffer? {
        guard let name = token() else { return nil }
        var offer = ExtensionOffer(name: name)
        while take(";") {
            guard let name = token() else { return nil }
            var value: [UInt8]?
            if take("=") {
                value = index < bytes.count && bytes[index] == UInt8(ascii: "\"") ? quotedToken() : token()
                if value == nil { return nil }
            }
            offer.parameters.append(.init(name: name, value: value))
        }
        return offer
    }

    private mutating func token() -> [UInt8]? {
        let start = index
        while index < bytes.count, Self.isTokenByte(bytes[index]) { index += 1 }
        let token = Array(bytes[start..<index])
        skipSpace()
        return token.isEmpty ? nil : token
    }

    /// A quoted string whose content has to be a token once it is unescaped.
    private mutating func quotedToken() -> [UInt8]? {
        var token: [UInt8] = []
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") { index += 1 }
            guard index < bytes.count, Self.isTokenByte(bytes[index]) else { return nil }
            token.append(bytes[index])
            index += 1
        }
        guard take("\"") else { return nil }
        return token.isEmpty ? nil : token
    }

    /// RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
