/// Writes the attributes of a stream's opening. Knows names and escapes; does not know which form of opening it is for.
extension OpenAttributes {
    enum Known: CaseIterable {
        case to, from, id, lang

        var name: StaticString {
            switch self {
            case .to: "to"
            case .from: "from"
            case .id: "id"
            case .lang: "xml:lang"
            }
        }
    }

    func value(of known: Known) -> String? {
        switch known {
        case .to: to
        case .from: from
        case .id: id
        case .lang: lang
        }
    }

    /// Appends ` name="value"` if there is a value.
    func append(_ known: Known, to output: inout [UInt8], quote: UInt8 = UInt8(ascii: "\"")) {
        guard let value = value(of: known) else { return }
        output.append(0x20)
        output += UnsafeBufferPointer(start: known.name.utf8Start, count: known.name.utf8CodeUnitCount)
        output.append(UInt8(ascii: "="))
        output.append(quote)
        XMLText.appendEscaped(value, to: &output)
        output.append(quote)
    }

    /// Appends every attribute that is not of RFC 6120; those in a namespace get prefixes of our own, so that no prefix
    /// of the peer's choice can stand for another namespace there.
    func appendOthers(to output: inout [UInt8]) {
        for (index, attribute) in others.enumerated() {
            output.append(0x20)
            if let namespace = attribute.namespace {
                if namespace == Namespace.xml.description {
                    output += "xml:".utf8
                } else {
                    output += "xmlns:a\(index)=\"".utf8
                    XMLText.appendEscaped(namespace, to: &output)
                    output += "\" a\(index):".utf8
                }
            }
            output += attribute.name.utf8
            output += "=\"".utf8
            XMLText.appendEscaped(attribute.value, to: &output)
            output.append(UInt8(ascii: "\""))
        }
    }
}
