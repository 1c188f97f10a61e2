/// What the parser's callbacks find out about one message. Knows the limits and which root elements mean something;
/// allocates only for `<open/>`.
internal import CXML2

struct SAXFindings {
    private let context: xmlParserCtxtPtr
    /// `jabber:client` as the parser's dictionary has it: names from there compare by address.
    private let client: UnsafePointer<xmlChar>?
    private var limits = XMLLimits.beforeLogin
    /// The message is longer than a name may be, so names have to be measured.
    private var measuresNames = false
    private var depth = 0
    private var elements = 0
    private var namespaces = 0
    /// The open elements that declare namespaces, outermost first: depth and how many.
    private var declaring: [(depth: Int, count: Int)] = []
    /// The depth of the last of them, 0 for none: few elements declare anything.
    private var declaringDepth = 0

    /// The first thing that was wrong.
    private(set) var failure: XMLFailure?
    private(set) var kind: CheckedElement.Kind?
    private(set) var isStreamHeader = false
    private(set) var needsRewrite = false
    private(set) var openAttributes = OpenAttributes()
    /// The root is an `iq` of type `set`, which may be a login of old.
    private var mayBeLegacyLogin = false

    init(context: xmlParserCtxtPtr, client: UnsafePointer<xmlChar>?) {
        self.context = context
        self.client = client
    }

    mutating func begin(_ limits: XMLLimits, length: Int) {
        self.limits = limits
        measuresNames = length > limits.nameLength
        depth = 0
        elements = 0
        namespaces = 0
        // Only a message that failed leaves something here.
        if declaringDepth != 0 {
            declaring.removeAll(keepingCapacity: true)
            declaringDepth = 0
        }
        failure = nil
        kind = nil
        isStreamHeader = false
        needsRewrite = false
        mayBeLegacyLogin = false
    }

    private mutating func fail(_ reason: XMLFailure) {
        if failure == nil { failure = reason }
        xmlStopParser(context)
    }
}

// MARK: Callbacks

extension SAXFindings {
    private static func of(_ data: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<SAXFindings> {
        guard let data else { preconditionFailure("libxml2 lost its context") }
        return data.assumingMemoryBound(to: SAXFindings.self)
    }

    static var handler: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = {
            data, local, prefix, uri, namespaceCount, declarations, attributeCount, _, attributes in
            SAXFindings.of(data).pointee.started(
                SAXName(local: local, prefix: prefix, uri: uri),
                SAXAttributes(start: attributes, count: Int(attributeCount)),
                SAXDeclarations(start: declarations, count: Int(namespaceCount)))
        }
        handler.endElementNs = { data, _, _, _ in SAXFindings.of(data).pointee.ended() }
        handler.comment = { data, _ in SAXFindings.of(data).pointee.fail(.restrictedXML) }
        handler.processingInstruction = { data, _, _ in SAXFindings.of(data).pointee.fail(.restrictedXML) }
        handler.internalSubset = { data, _, _, _ in SAXFindings.of(data).pointee.fail(.restrictedXML) }
        handler.serror = { data, error in SAXFindings.of(data).pointee.reported(error?.pointee.code ?? 0) }
        return handler
    }

    private mutating func started(_ name: SAXName, _ attributes: SAXAttributes, _ declarations: SAXDeclarations) {
        depth += 1
        elements += 1
        if depth > limits.depth { return fail(.policyViolation(.depth)) }
        if declarations.count > 0 { noteDeclarations(declarations.count) }
        if elements > limits.elements { return fail(.policyViolation(.elements)) }
        if namespaces > limits.namespaces { return fail(.policyViolation(.namespaces)) }
        if attributes.count + declarations.count > limits.attributes { return fail(.policyViolation(.attributes)) }
        if measuresNames, !fits(name, attributes, declarations) { return fail(.policyViolation(.nameLength)) }
        // In no namespace, or with a prefix for what has none in a stream (RFC 6120 section 4.8.5).
        if name.uri == nil || name.prefix != nil && name.uri == client { needsRewrite = true }
        if depth == 1 {
            startedRoot(name, attributes)
        } else if depth == 2, mayBeLegacyLogin, name.isElement("query", of: Namespace.legacyLogin) {
            kind = .legacyLogin
        }
    }

    private mutating func ended() {
        // After a failure elements may end that were not noted.
        guard depth > 0 else { return }
        if depth == declaringDepth { forgetDeclarations() }
        depth -= 1
    }

    private mutating func noteDeclarations(_ count: Int) {
        namespaces += count
        declaring.append((depth, count))
        declaringDepth = depth
    }

    private mutating func forgetDeclarations() {
        guard let last = declaring.popLast() else { return }
        namespaces -= last.count
        declaringDepth = declaring.last?.depth ?? 0
    }

    private mutating func startedRoot(_ name: SAXName, _ attributes: SAXAttributes) {
        if name.isElement("stream", of: Namespace.streams) { isStreamHeader = true }
        kind = name.rootKind
        switch kind {
        case .open:
            do throws(XMLFailure) {
                openAttributes = try attributes.opening()
            } catch {
                fail(error)
            }
        case .stanza:
            mayBeLegacyLogin = name.isLocal("iq") && attributes.has("type", "set")
        default:
            break
        }
    }

    private func fits(_ name: SAXName, _ attributes: SAXAttributes, _ declarations: SAXDeclarations) -> Bool {
        name.fits(limits.nameLength) && attributes.namesFit(limits.nameLength) && declarations.fit(limits.nameLength)
    }

    /// libxml2 goes on after an undeclared prefix as if nothing had happened; to XMPP it is not well-formed.
    private mutating func reported(_ code: Int32) {
        switch UInt32(bitPattern: code) {
        case XML_ERR_UNDECLARED_ENTITY.rawValue, XML_WAR_UNDECLARED_ENTITY.rawValue:
            fail(.restrictedXML)
        case XML_NS_ERR_XML_NAMESPACE.rawValue...XML_NS_ERR_COLON.rawValue:
            fail(.notWellFormed)
        default:
            // Fatal ones show in `wellFormed`. That a namespace's name is no URI is a matter of taste.
            break
        }
    }
}
