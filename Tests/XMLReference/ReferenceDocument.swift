/// What libxml2 says of a document, read into a tree: the second opinion on everything that XMPPWire cuts, checks or writes.
/// Knows XML 1.0 with namespaces; knows nothing of XMPP.
internal import CXML2

package struct ReferenceDocument: Equatable, Sendable {
    package let root: Element
    /// A CDATA section stands directly inside the root, if only an empty one.
    package let hasSectionInRoot: Bool

    package struct Element: Equatable, Sendable {
        /// `{namespace}name`
        package let name: String
        /// Sorted; names as above.
        package let attributes: [Attribute]
        package let content: [Content]

        package var children: [Element] {
            content.compactMap { if case .element(let element) = $0 { element } else { nil } }
        }
        /// There is text other than white space directly inside.
        package var hasText: Bool {
            content.contains { if case .text(let text) = $0 { !text.allSatisfy(\.isWhitespace) } else { false } }
        }
    }

    package struct Attribute: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    package enum Content: Equatable, Sendable {
        /// Adjacent runs and CDATA sections are one.
        case text(String)
        case element(Element)
    }

    /// Nil for what is no well-formed document with namespaces, and for what RFC 6120 section 11 restricts or forbids: other
    /// versions and encodings, document types, comments, processing instructions, entities.
    package init?(_ bytes: [UInt8]) {
        guard let context = xmlNewParserCtxt() else { return nil }
        defer { xmlFreeParserCtxt(context) }
        // What the parser's own callback does not get, such as a broken encoding, would go to the terminal.
        xmlSetStructuredErrorFunc(nil) { _, _ in }
        var hasNamespaceFailure = false
        context.pointee.sax.pointee.serror = { context, error in
            guard let error, let context = context?.assumingMemoryBound(to: xmlParserCtxt.self) else { return }
            // That a namespace's name is no URI is none of our business.
            guard error.pointee.domain == Int32(XML_FROM_NAMESPACE.rawValue),
                error.pointee.code >= Int32(XML_NS_ERR_XML_NAMESPACE.rawValue)
            else { return }
            context.pointee._private.assumingMemoryBound(to: Bool.self).pointee = true
        }
        let document = withUnsafeMutablePointer(to: &hasNamespaceFailure) { flag in
            context.pointee._private = UnsafeMutableRawPointer(flag)
            return bytes.withUnsafeBytes { raw in
                let start = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
                return xmlCtxtReadMemory(context, start, Int32(raw.count), nil, nil, Int32(XML_PARSE_NONET.rawValue))
            }
        }
        guard let document else { return nil }
        defer { xmlFreeDoc(document) }
        guard context.pointee.wellFormed == 1, !hasNamespaceFailure, document.pointee.intSubset == nil,
            Self.isPlain(document), let node = xmlDocGetRootElement(document), let root = Self.element(node)
        else { return nil }
        self.root = root
        hasSectionInRoot = Self.hasSection(node)
    }

    private static func hasSection(_ node: xmlNodePtr) -> Bool {
        var child = node.pointee.children
        while let next = child {
            if next.pointee.type == XML_CDATA_SECTION_NODE { return true }
            child = next.pointee.next
        }
        return false
    }

    private static func isPlain(_ document: xmlDocPtr) -> Bool {
        var child = document.pointee.children
        while let node = child {
            guard node.pointee.type == XML_ELEMENT_NODE else { return false }
            child = node.pointee.next
        }
        let encoding = string(document.pointee.encoding)
        return string(document.pointee.version) == "1.0" && (encoding == nil || encoding?.lowercased() == "utf-8")
    }

    private static func element(_ node: xmlNodePtr) -> Element? {
        var content: [Content] = []
        var child = node.pointee.children
        while let next = child {
            switch next.pointee.type {
            case XML_ELEMENT_NODE:
                guard let element = element(next) else { return nil }
                content.append(.element(element))
            case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
                let text = string(next.pointee.content) ?? ""
                if case .text(let before) = content.last {
                    content[content.count - 1] = .text(before + text)
                } else if !text.isEmpty {
                    content.append(.text(text))
                }
            default:
                return nil
            }
            child = next.pointee.next
        }
        return Element(
            name: name(node.pointee.ns, node.pointee.name), attributes: attributes(of: node), content: content)
    }

    private static func attributes(of node: xmlNodePtr) -> [Attribute] {
        var result: [Attribute] = []
        var property = node.pointee.properties
        while let attribute = property {
            let value = xmlNodeListGetString(node.pointee.doc, attribute.pointee.children, 1)
            result.append(
                Attribute(name: name(attribute.pointee.ns, attribute.pointee.name), value: string(value) ?? ""))
            edge_xml_free(value)
            property = attribute.pointee.next
        }
        return result.sorted { $0.name < $1.name }
    }

    private static func name(_ namespace: xmlNsPtr?, _ local: UnsafePointer<xmlChar>?) -> String {
        "{\(string(namespace?.pointee.href) ?? "")}\(string(local) ?? "")"
    }

    private static func string(_ text: UnsafePointer<xmlChar>?) -> String? {
        text.map { String(cString: $0) }
    }
}
