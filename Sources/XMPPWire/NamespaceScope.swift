/// The namespace declarations in force while an element is walked through. Knows prefixes; does not parse.
struct NamespaceScope {
    private var declarations: [(prefix: [UInt8], name: String, depth: Int)] = []
    private(set) var depth = 0

    /// Enters an element and takes its declarations.
    mutating func enter(_ tag: MarkupCursor.Tag, in bytes: [UInt8]) {
        depth += 1
        for attribute in tag.attributes {
            guard let prefix = Self.declaredPrefix(bytes[attribute.name]) else { continue }
            declare(Array(prefix), XMLText.decode(bytes[attribute.value], isAttribute: true))
        }
    }

    mutating func declare(_ prefix: [UInt8], _ name: String) {
        declarations.append((prefix, name, depth))
    }

    mutating func leave() {
        while let last = declarations.last, last.depth == depth { declarations.removeLast() }
        depth -= 1
    }

    /// The namespace of an element or, with a prefix, of an attribute; nil when the prefix is not declared, empty for
    /// no namespace.
    func resolve(_ name: ArraySlice<UInt8>) -> (namespace: String?, local: ArraySlice<UInt8>) {
        let (prefix, local) = Self.split(name)
        if prefix.elementsEqual("xml".utf8) { return (Namespace.xml.description, local) }
        let found = declarations.last { $0.prefix.elementsEqual(prefix) }?.name
        return (found ?? (prefix.isEmpty ? "" : nil), local)
    }

    static func split(_ name: ArraySlice<UInt8>) -> (prefix: ArraySlice<UInt8>, local: ArraySlice<UInt8>) {
        guard let colon = name.firstIndex(of: UInt8(ascii: ":")) else { return (name.prefix(0), name) }
        return (name[..<colon], name[(colon + 1)...])
    }

    /// The prefix that an attribute of this name declares, empty for the default namespace; nil if it declares none.
    static func declaredPrefix(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard name.starts(with: "xmlns".utf8) else { return nil }
        let rest = name.dropFirst(5)
        guard let first = rest.first else { return rest }
        return first == UInt8(ascii: ":") ? rest.dropFirst() : nil
    }
}
