/// Counts attributes per tag before libxml2 does, which compares each with each. Knows tags and quotes only; exact for all
/// that is well-formed up to that point, and libxml2 stops where it is not.
enum AttributeGuard {
    static func check(_ element: Span<UInt8>, limit: Int) throws(XMLFailure) {
        var index = 0
        var attributes = 0
        var isInTag = false
        while index < element.count {
            let byte = element[index]
            index += 1
            if !isInTag {
                guard byte == UInt8(ascii: "<") else { continue }
                isInTag = true
                attributes = 0
                if index < element.count, element[index] == UInt8(ascii: "!") {
                    index = endOfCDATA(element, index)
                    isInTag = false
                }
            } else if byte == UInt8(ascii: ">") {
                isInTag = false
            } else if XMLText.isQuote(byte) {
                attributes += 1
                guard attributes <= limit else { throw .policyViolation(.attributes) }
                while index < element.count, element[index] != byte { index += 1 }
                index += 1
            }
        }
    }

    /// The place after `]]>`. A comment begins in the same way; libxml2 stops there.
    private static func endOfCDATA(_ element: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < element.count {
            if element[index] == UInt8(ascii: ">"), element[index - 1] == UInt8(ascii: "]"),
                element[index - 2] == UInt8(ascii: "]")
            {
                return index + 1
            }
            index += 1
        }
        return index
    }
}
