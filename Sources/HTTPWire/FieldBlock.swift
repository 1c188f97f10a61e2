internal import Bytes

/// The bytes of one head and where its fields lie in them. Knows field syntax (RFC 9112 section 5); does not know what
/// any field means. Its storage is kept from head to head.
struct FieldBlock: Sendable {
    struct Field: Sendable {
        let name: Range<Int>
        let value: Range<Int>
        /// Where the next line starts.
        let next: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var fields: [Field] = []

    /// Takes a copy of a head that is there as a whole.
    mutating func load(_ head: Span<UInt8>) {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        head.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Reads the field lines from `start` to the empty line, which the scanner has seen.
    mutating func parse(from start: Int) throws(HTTPFailure) {
        var index = start
        while index < bytes.count, bytes[index] != Characters.carriageReturn {
            let field = try Self.field(bytes.span, at: index)
            fields.append(field)
            index = field.next
        }
        // A bare CR at the start of a line looks like its end.
        guard index + 2 == bytes.count else { throw .lineEnd }
    }

    private static func field(_ span: Span<UInt8>, at start: Int) throws(HTTPFailure) -> Field {
        if Characters.isBlank(span[start]) { throw .foldedField }
        let name = try name(span, from: start)
        var index = name.upperBound + 1
        while index < span.count, Characters.isValue(span[index]) { index += 1 }
        guard index + 1 < span.count, span[index] == Characters.carriageReturn,
            span[index + 1] == Characters.lineFeed
        else { throw .fieldValue }
        return Field(name: name, value: TokenList.trimmed(span, name.upperBound + 1..<index), next: index + 2)
    }

    private static func name(_ span: Span<UInt8>, from start: Int) throws(HTTPFailure) -> Range<Int> {
        var index = start
        while index < span.count, Characters.isToken(span[index]) { index += 1 }
        guard index > start, index < span.count, span[index] == Characters.colon else { throw .fieldName }
        return start..<index
    }

    /// Adds bytes that are not on the wire, and says where they are.
    mutating func add(_ byte: UInt8) -> Range<Int> {
        bytes.append(byte)
        return bytes.count - 1..<bytes.count
    }

    // MARK: Reading

    func forEach<E: Error>(_ body: (Span<UInt8>, Span<UInt8>) throws(E) -> Void) throws(E) {
        let span = bytes.span
        for field in fields { try body(span.extracting(field.name), span.extracting(field.value)) }
    }

    /// Lends the value of the first field of that name, or nil.
    func withValue<R>(of name: StaticString, _ body: (Span<UInt8>?) -> R) -> R {
        let span = bytes.span
        for field in fields where ASCII.equalIgnoringCase(span.extracting(field.name), lower: name) {
            return body(span.extracting(field.value))
        }
        return body(nil)
    }

    /// Where the first value of that name lies.
    func range(of name: StaticString) -> Range<Int>? {
        let span = bytes.span
        return fields.first { ASCII.equalIgnoringCase(span.extracting($0.name), lower: name) }?.value
    }

    func count(of name: StaticString) -> Int {
        let span = bytes.span
        var count = 0
        for field in fields where ASCII.equalIgnoringCase(span.extracting(field.name), lower: name) { count += 1 }
        return count
    }

    /// Whether a list field has an element that `matches`, in whichever of its lines (RFC 9110 section 5.3).
    func contains(in name: StaticString, where matches: (Span<UInt8>) -> Bool) -> Bool {
        let span = bytes.span
        for field in fields where ASCII.equalIgnoringCase(span.extracting(field.name), lower: name) {
            if TokenList.contains(span.extracting(field.value), where: matches) { return true }
        }
        return false
    }
}
