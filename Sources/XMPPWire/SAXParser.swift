/// One libxml2 push parser that is used again and again, with only the callbacks a check needs: no tree, no entities, no
/// network. Knows libxml2; C types do not leave it.
internal import CXML2
internal import Bytes

final class SAXParser {
    private var context: xmlParserCtxtPtr
    private let findings: UnsafeMutablePointer<SAXFindings>

    init() {
        findings = .allocate(capacity: 1)
        context = Self.begin(findings)
    }

    /// Begins anew with an empty dictionary.
    func renew() {
        end()
        context = Self.begin(findings)
    }

    private static func begin(_ findings: UnsafeMutablePointer<SAXFindings>) -> xmlParserCtxtPtr {
        var handler = SAXFindings.handler
        guard let context = xmlCreatePushParserCtxt(&handler, findings, nil, 0, nil) else {
            preconditionFailure("out of memory")
        }
        xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue))
        let client = xmlDictLookup(
            context.pointee.dict, Namespace.client.utf8Start, Int32(Namespace.client.utf8CodeUnitCount))
        findings.initialize(to: SAXFindings(context: context, client: client))
        return context
    }

    private func end() {
        xmlFreeParserCtxt(context)
        findings.deinitialize(count: 1)
    }

    deinit {
        end()
        findings.deallocate()
    }

    /// Bytes of names in the parser's dictionary.
    var dictionarySize: Int { Int(xmlDictGetUsage(context.pointee.dict)) }
    var openAttributes: OpenAttributes { findings.pointee.openAttributes }
    var needsRewrite: Bool { findings.pointee.needsRewrite }
    /// The root is the `stream` of a stream's header.
    var isStreamHeader: Bool { findings.pointee.isStreamHeader }

    func kind() throws(XMLFailure) -> CheckedElement.Kind {
        guard let kind = findings.pointee.kind else { throw .invalidNamespace }
        return kind
    }

    func parse(_ element: Span<UInt8>, _ limits: XMLLimits) throws(XMLFailure) {
        findings.pointee.begin(limits, length: element.count)
        // No encoding is named: libxml2 takes what has no declaration and does not begin like another encoding for UTF-8,
        // and the checker lets nothing else come here. Naming it costs a conversion, a quarter of the whole check.
        guard xmlCtxtResetPush(context, nil, 0, nil, nil) == 0 else { preconditionFailure("out of memory") }
        element.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                _ = xmlParseChunk(context, chars.baseAddress, Int32(truncatingIfNeeded: chars.count), 1)
            }
        }
        if let failure = findings.pointee.failure { throw failure }
        guard context.pointee.wellFormed == 1 else {
            // A stream header of the old kind is no document; say what is really wrong (RFC 7395 section 3.3.2).
            throw findings.pointee.isStreamHeader ? .invalidNamespace : .notWellFormed
        }
    }
}
