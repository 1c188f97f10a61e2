/// How large and how complicated one element from an untrusted peer may be. Knows numbers; does not know sessions.
package struct XMLLimits: Equatable, Sendable {
    /// Bytes from `<` to `>`. RFC 6120 section 13.12 asks for at least 10,000.
    package var bytes: Int
    /// Open elements at one time. Servers build a tree of it, some by recursion.
    package var depth: Int
    /// Elements in all, the outermost included: four bytes here can be some hundred in a server's tree.
    package var elements: Int
    /// Attributes and namespace declarations of one element: libxml2 compares each with each.
    package var attributes: Int
    /// Namespace declarations in force at one place: libxml2 walks through them for each name.
    package var namespaces: Int
    /// Bytes of a prefix, a local name or a namespace name: the parser keeps each name it has met.
    package var nameLength: Int

    /// For a user that has logged in.
    package static let afterLogin = XMLLimits(
        bytes: 256 << 10, depth: 64, elements: 16_384, attributes: 128, namespaces: 256, nameLength: 1_024)
    /// Before login: `<open/>` and authentication. The largest real one is a SASL2 request with everything inline,
    /// below 20 elements and, with a GSSAPI token, below 16 KiB.
    package static let beforeLogin = XMLLimits(
        bytes: 16 << 10, depth: 64, elements: 64, attributes: 128, namespaces: 256, nameLength: 1_024)

    package init(bytes: Int, depth: Int, elements: Int, attributes: Int, namespaces: Int, nameLength: Int) {
        self.bytes = bytes
        self.depth = depth
        self.elements = elements
        self.attributes = attributes
        self.namespaces = namespaces
        self.nameLength = nameLength
    }
}
