/// What the start tag of a stanza says that a load test counts by: kind, id, whether it is an error. One pass over the
/// tag, nothing is copied; a server is trusted to write XML.
package struct StanzaTag {
    package enum Kind {
        case message, iq, presence, other
    }

    package private(set) var kind = Kind.other
    /// Place of the id's value, empty without one.
    package private(set) var id = 0..<0
    package private(set) var isError = false

    package init(_ element: Span<UInt8>) {
        guard element.count > 4, element[0] == UInt8(ascii: "<") else { return }
        switch (element[1], element[2]) {
        case (UInt8(ascii: "m"), _): kind = .message
        case (UInt8(ascii: "i"), UInt8(ascii: "q")): kind = .iq
        case (UInt8(ascii: "p"), _): kind = .presence
        default: return
        }
        var index = 2
        while index < element.count, element[index] != UInt8(ascii: ">") {
            if element[index] == UInt8(ascii: "="), index + 1 < element.count {
                index = attribute(element, equals: index)
            }
            index += 1
        }
    }

    /// Notes the attribute whose `=` stands there; gives the place of its closing quote.
    private mutating func attribute(_ element: Span<UInt8>, equals: Int) -> Int {
        let quote = element[equals + 1]
        let start = equals + 2
        var end = start
        while end < element.count, element[end] != quote { end += 1 }
        // The names are `id` and `type`, each behind a space.
        if element[equals - 1] == UInt8(ascii: "d"), element[equals - 2] == UInt8(ascii: "i"),
            element[equals - 3] <= 0x20
        {
            id = start..<end
        } else if equals > 5, element[equals - 1] == UInt8(ascii: "e"), element[equals - 2] == UInt8(ascii: "p"),
            element[equals - 4] == UInt8(ascii: "t"), element[equals - 5] <= 0x20
        {
            isError = end - start == 5 && element[start + 1] == UInt8(ascii: "r")
        }
        return end
    }
}
