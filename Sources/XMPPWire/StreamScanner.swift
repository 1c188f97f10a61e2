/// Cuts the byte stream of a server into its header, its top-level elements and its end (RFC 6120 section 4). Knows XML's
/// outer shape and the header's namespaces; keeps no bytes, builds no tree, and trusts that a server writes XML: it agrees
/// with libxml2 on every stream that libxml2 accepts, and guarantees nothing but safety on others.
internal import Bytes

package struct StreamScanner: Sendable {
    package enum Step: Equatable, Sendable {
        case needMore
        /// White space between elements, or an XML declaration: nothing for anybody.
        case whitespace(Int)
        indirect case header(StreamHeader, used: Int)
        case element(ElementCut, used: Int)
        /// `</stream:stream>`
        case streamEnd(Int)
    }

    /// Bytes of the input already looked at.
    var scanned: UInt32 = 0
    /// Where the name in the top-level start tag ends; 0 while that is not known.
    var nameEnd: UInt32 = 0
    /// Open elements below the stream.
    var depth: UInt32 = 0
    let maxElement: UInt32
    var state = State.between
    var marks = Marks()
    /// Which extras of the header the top-level start tag declares itself.
    var declaredExtras: UInt16 = 0
    /// Our own header has gone out, the server's is to come.
    private(set) var isHeaderDue = true
    private var hasOpened = false
    /// What was wrong; nothing is read after that.
    private var failure: XMLFailure?
    /// Nil for the usual declarations.
    private(set) var namespaces: HeaderNamespaces?

    var isUsual: Bool {
        if case nil = namespaces { true } else { false }
    }

    enum State: UInt8 {
        /// Before the first byte of what comes next.
        case between
        case declaration
        /// In the name of a top-level start tag.
        case name
        /// In a start tag, outside quotes.
        case tag
        case doubleQuoted, singleQuoted
        /// In character data of an element.
        case text
        case cdata
        case endTag
        case streamEnd
        /// The last byte of one whole thing has been seen.
        case complete
        /// The header was an empty-element tag, so the end of the stream has been read with it.
        case emptyStream
        case ended
    }

    /// What the current element has shown so far.
    struct Marks: OptionSet {
        let rawValue: UInt8
        static let declaresDefault = Marks(rawValue: 1)
        static let declaresStreams = Marks(rawValue: 2)
        static let usesStreams = Marks(rawValue: 4)
        /// Since the last attribute's value.
        static let sawColon = Marks(rawValue: 8)
        /// The name of the element itself.
        static let hasPrefix = Marks(rawValue: 16)
    }

    /// - Parameter maxElement: bytes of one element, header or declaration. Servers are trusted, memory is not endless.
    package init(maxElement: Int = 256 << 10) {
        // Places are kept in 32 bits.
        self.maxElement = UInt32(clamping: min(maxElement, 1 << 30))
    }

    /// Our side has sent a stream header, so the server's is due: at the beginning and after SASL.
    package mutating func restart() {
        isHeaderDue = true
        if state == .ended { state = .between }
    }

    /// What comes next in `input`, which starts at the first byte that no step has used yet.
    package mutating func next(_ input: Span<UInt8>) throws(XMLFailure) -> Step {
        if let failure { throw failure }
        if let cut = usualElement(input) { return .element(cut, used: cut.size) }
        do throws(XMLFailure) {
            return try advance(input)
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func advance(_ input: Span<UInt8>) throws(XMLFailure) -> Step {
        precondition(input.count >= Int(scanned), "input shrank")
        switch state {
        case .between, .ended:
            let blanks = Self.countSpace(input)
            if blanks > 0 { return .whitespace(blanks) }
            guard input.count > 0 else { return .needMore }
            guard try begin(input) else { return .needMore }
        case .emptyStream:
            state = .ended
            return .streamEnd(0)
        default:
            break
        }
        let end = try scan(input)
        guard let end else {
            guard input.count <= Int(maxElement) else { throw .policyViolation(.bytes) }
            return .needMore
        }
        guard end <= Int(maxElement) else { throw .policyViolation(.bytes) }
        return try finish(input, end)
    }

    /// The first bytes of a declaration, a start tag or the end of the stream; false when more are needed to tell.
    private mutating func begin(_ input: Span<UInt8>) throws(XMLFailure) -> Bool {
        guard input[0] == UInt8(ascii: "<") else { throw .badFormat }
        guard state == .between else { throw .notWellFormed }
        guard input.count > 1 else { return false }
        switch input[1] {
        case UInt8(ascii: "/"):
            guard hasOpened else { throw .badFormat }
            state = .streamEnd
        case UInt8(ascii: "?"):
            guard input.count > 5 else { return false }
            guard isHeaderDue, ASCII.equal(input.extracting(0..<5), "<?xml"), XMLText.isSpace(input[5]) else {
                throw .restrictedXML
            }
            state = .declaration
        case UInt8(ascii: "!"):
            throw .restrictedXML
        default:
            guard !XMLText.endsName(input[1]) else { throw .notWellFormed }
            state = .name
            marks = []
            declaredExtras = 0
            nameEnd = 0
        }
        scanned = 1
        return true
    }

    /// The bytes up to `end` are one whole thing; says which.
    private mutating func finish(_ input: Span<UInt8>, _ end: Int) throws(XMLFailure) -> Step {
        state = .between
        scanned = 0
        switch input[1] {
        case UInt8(ascii: "?"):
            try XMLDeclaration.check(input.extracting(0..<end))
            return .whitespace(end)
        case UInt8(ascii: "/"):
            guard isStreamEnd(input.extracting(0..<end)) else { throw .notWellFormed }
            state = .ended
            return .streamEnd(end)
        default:
            // A text message of a WebSocket is UTF-8 (RFC 6455 section 5.6), whatever the server wrote.
            var text = UTF8Validator()
            guard text.check(input.extracting(0..<end)), text.isComplete else { throw .notWellFormed }
            if isHeaderDue, let header = try takeHeader(input.extracting(0..<end)) { return .header(header, used: end) }
            return .element(cut(input, end), used: end)
        }
    }

    private func cut(_ input: Span<UInt8>, _ end: Int) -> ElementCut {
        let all = namespaces.map { UInt16(truncatingIfNeeded: (1 << UInt32($0.extras.count)) - 1) } ?? 0
        return ElementCut(
            start: 0, nameEnd: nameEnd, end: UInt32(end), missingExtras: all & ~declaredExtras,
            needsDefaultNamespace: !marks.contains(.declaresDefault),
            needsStreamNamespace: marks.contains(.usesStreams) && !marks.contains(.declaresStreams),
            isStreamPrefixed: mayBeOfStream(input), isUsual: namespaces == nil)
    }

    /// Prefixed names may be in the streams namespace, and so may the two names that live there.
    private func mayBeOfStream(_ input: Span<UInt8>) -> Bool {
        if marks.contains(.usesStreams) || marks.contains(.hasPrefix) { return true }
        switch nameEnd {
        case 6: return ASCII.equal(input.extracting(1..<6), "error")
        case 9: return ASCII.equal(input.extracting(1..<9), "features")
        default: return false
        }
    }

    /// Whether a start tag, where a header is due, is that header; if not, the old stream has not ended yet.
    func isHeader(_ tag: Span<UInt8>) throws(XMLFailure) -> Bool {
        var reader = try TagReader(tag)
        let name = tag.extracting(reader.name)
        let length = TagReader.prefixLength(name)
        let prefix = name.extracting(0..<length)
        var isOfStreams = false
        while let attribute = try reader.next(tag) {
            guard TagReader.declares(prefix, tag.extracting(attribute.name)) else { continue }
            isOfStreams = TagReader.value(tag.extracting(attribute.value), means: Namespace.streams)
        }
        let isStream = ASCII.equal(name.extracting((length == 0 ? 0 : length + 1)...), "stream")
        if isStream && isOfStreams { return true }
        if isStream { throw .invalidNamespace }
        if !hasOpened { throw .badFormat }
        return false
    }

    private mutating func takeHeader(_ input: Span<UInt8>) throws(XMLFailure) -> StreamHeader? {
        guard try isHeader(input) else { return nil }
        if let usual = try UsualHeader(input) {
            namespaces = nil
            opened(isEmpty: usual.isEmpty)
            return StreamHeader(attributes: usual.attributes)
        }
        var cursor = MarkupCursor(Array(copying: input))
        guard case .start(let tag) = try cursor.next() else { throw .notWellFormed }
        namespaces = try HeaderNamespaces.read(tag, in: cursor.bytes)
        opened(isEmpty: tag.isEmpty)
        return StreamHeader(attributes: .read(tag, in: cursor.bytes))
    }

    private mutating func opened(isEmpty: Bool) {
        isHeaderDue = false
        hasOpened = true
        if isEmpty { state = .emptyStream }
    }

    private func isStreamEnd(_ tag: Span<UInt8>) -> Bool {
        let name = Array(copying: tag)[2...].prefix { !XMLText.endsName($0) }
        return name.elementsEqual((namespaces ?? HeaderNamespaces.usual).name)
    }

    private static func countSpace(_ input: Span<UInt8>) -> Int {
        var index = 0
        while index < input.count, XMLText.isSpace(input[index]) { index += 1 }
        return index
    }
}
