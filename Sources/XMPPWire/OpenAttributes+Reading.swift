/// Reads the attributes of a stream's opening from a start tag. Knows which names RFC 6120 section 4.7 gives a meaning.
extension OpenAttributes {
    static func read(_ tag: MarkupCursor.Tag, in bytes: [UInt8]) -> OpenAttributes {
        var scope = NamespaceScope()
        scope.enter(tag, in: bytes)
        var result = OpenAttributes()
        for attribute in tag.attributes {
            let name = bytes[attribute.name]
            guard NamespaceScope.declaredPrefix(name) == nil else { continue }
            let hasPrefix = name.contains(UInt8(ascii: ":"))
            let (namespace, local) = hasPrefix ? scope.resolve(name) : (nil, name)
            result.set(
                String(decoding: local, as: UTF8.self), of: namespace,
                XMLText.decode(bytes[attribute.value], isAttribute: true))
        }
        return result
    }

    mutating func set(_ name: String, of namespace: String?, _ value: String) {
        switch (namespace, name) {
        case (nil, "to"): to = value
        case (nil, "from"): from = value
        case (nil, "id"): id = value
        case (nil, "version"): version = value
        case (Namespace.xml.description?, "lang"): lang = value
        default: others.append(Attribute(namespace: namespace, name: name, value: value))
        }
    }
}
