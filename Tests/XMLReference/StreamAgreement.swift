/// Compares the stream scanner with libxml2 on one whole stream. Knows which streams the two must agree on; used by the tests
/// and by the fuzzer.
internal import Bytes
internal import XMPPWire

package enum StreamAgreement: Equatable, Sendable {
    /// libxml2 does not take the stream, or it is none that XMPP knows; the scanner may say what it likes.
    case notComparable
    case agreed(elements: Int)
    case disagreed(String)

    package static func check(_ stream: [UInt8]) -> StreamAgreement {
        let cut = cut(stream)
        // A stanza that comes whole may go a shorter way through the scanner than one in pieces.
        guard cut == Self.cut(stream, inPieces: true) else { return .disagreed("in pieces it is something else") }
        var text = UTF8Validator()
        // libxml2 takes overlong forms of four bytes.
        guard text.check(stream.span), text.isComplete, !stream.starts(with: [0xEF, 0xBB, 0xBF]),
            let document = ReferenceDocument(stream),
            document.root.name == "{http://etherx.jabber.org/streams}stream", !document.root.hasText,
            // Character data between elements is no part of a stream, be it written as a reference or as a section.
            !document.hasSectionInRoot, !cut.failures.contains(.badFormat),
            !cut.failures.contains(.policyViolation(.namespaces))
        else { return .notComparable }
        if let failure = cut.failures.first { return .disagreed("refused: \(failure)") }
        guard cut.hasEnded else { return .disagreed("no end") }
        let expected = document.root.children
        guard cut.elements.count == expected.count else {
            return .disagreed("\(cut.elements.count) elements instead of \(expected.count)")
        }
        for (bytes, element) in zip(cut.elements, expected) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let alone = ReferenceDocument(bytes) else { return .disagreed("does not stand alone: \(text)") }
            // A header without a default namespace is read as if it had the usual one.
            if cut.hasDefaultNamespace && alone.root != element { return .disagreed("means something else: \(text)") }
        }
        return .agreed(elements: expected.count)
    }

    private struct Cut: Equatable {
        var elements: [[UInt8]] = []
        var failures: [XMLFailure] = []
        var hasEnded = false
        var hasDefaultNamespace = false
    }

    private static func cut(_ stream: [UInt8], inPieces: Bool = false) -> Cut {
        var result = Cut()
        var scanner = StreamScanner(maxElement: 1 << 20)
        var rest = stream
        do throws(XMLFailure) {
            while true {
                var step = StreamScanner.Step.needMore
                let piece = Array(rest.prefix(2))
                if inPieces { step = try scanner.next(piece.span) }
                if step == .needMore { step = try scanner.next(rest.span) }
                switch step {
                case .needMore:
                    return result
                case .whitespace(let used):
                    rest.removeFirst(used)
                case .header(_, let used):
                    result.hasDefaultNamespace = declaresDefault(rest.prefix(used))
                    rest.removeFirst(used)
                case .element(let cut, let used):
                    let output = scanner.output(cut, from: rest.span)
                    precondition(output.count == scanner.outputSize(of: cut))
                    result.elements.append(output)
                    rest.removeFirst(used)
                case .streamEnd(let used):
                    result.hasEnded = true
                    rest.removeFirst(used)
                }
            }
        } catch {
            result.failures.append(error)
        }
        return result
    }

    /// Read with libxml2: the header closed at once, and an element inside that has no prefix.
    private static func declaresDefault(_ header: ArraySlice<UInt8>) -> Bool {
        guard header.last == UInt8(ascii: ">"), header.dropLast().last != UInt8(ascii: "/") else { return true }
        let name = header.dropFirst().prefix { !" \t\r\n>".utf8.contains($0) }
        let document = ReferenceDocument(Array(header) + "<x/></".utf8 + name + ">".utf8)
        return document?.root.children.first?.name != "{}x"
    }
}
