/// The scanner's way through the bytes of one element: the part that sees every byte. Knows where tags, quotes and
/// character data begin and end; does not know what an element means.
internal import Bytes

extension StreamScanner {
    /// Goes on from where the last call stopped. The place after the element, header, declaration or end tag, or nil when
    /// `input` ends before that.
    mutating func scan(_ input: Span<UInt8>) throws(XMLFailure) -> Int? {
        // Every place below is compared with the count before it is read: a span would compare a second time.
        try input.withUnsafeBufferPointer { bytes throws(XMLFailure) in try scan(bytes) }
    }

    private mutating func scan(_ input: UnsafeBufferPointer<UInt8>) throws(XMLFailure) -> Int? {
        var at = Int(scanned)
        while at < input.count {
            let next: Int
            switch state {
            case .text: next = try text(input, at)
            case .tag: next = try tag(input, at)
            case .doubleQuoted: next = past(UInt8(ascii: "\""), input, at, then: .tag)
            case .singleQuoted: next = past(UInt8(ascii: "'"), input, at, then: .tag)
            case .endTag: next = past(UInt8(ascii: ">"), input, at, then: depth == 0 ? .complete : .text)
            case .name: next = try name(input, at)
            case .cdata: next = cdata(input, at)
            case .declaration: next = declaration(input, at)
            case .streamEnd: next = past(UInt8(ascii: ">"), input, at, then: .complete)
            case .between, .complete, .emptyStream, .ended: preconditionFailure("nothing is being scanned")
            }
            if state == .complete { return next }
            // Without progress more bytes are needed to tell what comes.
            if next == at { break }
            at = next
        }
        scanned = UInt32(truncatingIfNeeded: at)
        return nil
    }

    /// The place after the next `byte`, where `following` begins, or the end of the input.
    @inline(__always)
    private mutating func past(
        _ byte: UInt8, _ input: UnsafeBufferPointer<UInt8>, _ start: Int, then following: State
    ) -> Int {
        let found = Self.find(byte, input, start)
        guard found < input.count else { return found }
        state = following
        return found + 1
    }

    private mutating func name(_ input: UnsafeBufferPointer<UInt8>, _ start: Int) throws(XMLFailure) -> Int {
        var index = start
        while index < input.count {
            let byte = input[index]
            // Letters are above all that can end a name.
            if byte <= UInt8(ascii: ">") {
                if byte == UInt8(ascii: ":") { marks.insert(.hasPrefix) }
                if XMLText.endsName(byte) { break }
            }
            index &+= 1
        }
        guard index < input.count else { return index }
        nameEnd = UInt32(truncatingIfNeeded: index)
        if marks.contains(.hasPrefix), usesStreamPrefix(input, nameStart: 1) { marks.insert(.usesStreams) }
        state = .tag
        return try tag(input, index)
    }

    private mutating func tag(_ input: UnsafeBufferPointer<UInt8>, _ start: Int) throws(XMLFailure) -> Int {
        var index = start
        while true {
            // Letters are above all that matters here, and most of what is outside quotes is letters.
            while index < input.count, input[index] > UInt8(ascii: ">") { index &+= 1 }
            guard index < input.count else { return index }
            let byte = input[index]
            index &+= 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if depth == 0 { noteAttribute(input, before: index &- 1) }
                index = Self.find(byte, input, index)
                guard index < input.count else {
                    state = byte == UInt8(ascii: "'") ? .singleQuoted : .doubleQuoted
                    return index
                }
                index &+= 1
            case UInt8(ascii: ">"):
                try tagEnded(input, index)
                return index
            case UInt8(ascii: ":"):
                noteColon(input, index - 1)
            case UInt8(ascii: "<"):
                throw .notWellFormed
            default:
                break
            }
        }
    }

    /// `>` stands at `end - 1`, outside quotes.
    private mutating func tagEnded(_ input: UnsafeBufferPointer<UInt8>, _ end: Int) throws(XMLFailure) {
        if input[end - 2] == UInt8(ascii: "/") {
            state = depth == 0 ? .complete : .text
        } else if depth == 0, isHeaderDue, try isHeader(input.span.extracting(0..<end)) {
            state = .complete
        } else {
            depth &+= 1
            state = .text
        }
    }

    /// From inside an element to its end, as long as nothing in between is cut off.
    private mutating func text(_ input: UnsafeBufferPointer<UInt8>, _ start: Int) throws(XMLFailure) -> Int {
        var index = start
        while state == .text {
            index = Self.find(UInt8(ascii: "<"), input, index)
            guard index &+ 1 < input.count else { return index }
            switch input[index &+ 1] {
            case UInt8(ascii: "/"):
                depth -= 1
                state = .endTag
                index = past(UInt8(ascii: ">"), input, index &+ 2, then: depth == 0 ? .complete : .text)
            case UInt8(ascii: "!"):
                return try beginCDATA(input, index)
            case UInt8(ascii: "?"):
                throw .restrictedXML
            default:
                if usesStreamPrefix(input, nameStart: index &+ 1) { marks.insert(.usesStreams) }
                state = .tag
                index = try tag(input, index &+ 1)
            }
        }
        return index
    }

    private mutating func beginCDATA(_ input: UnsafeBufferPointer<UInt8>, _ start: Int) throws(XMLFailure) -> Int {
        let mark: StaticString = "<![CDATA["
        let shown = min(input.count - start, mark.utf8CodeUnitCount)
        for offset in 2..<max(shown, 2) where input[start + offset] != mark.utf8Start[offset] { throw .restrictedXML }
        guard shown == mark.utf8CodeUnitCount else { return start }
        state = .cdata
        return start + shown
    }

    private mutating func cdata(_ input: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        let index = Self.find(UInt8(ascii: ">"), input, start)
        guard index < input.count else { return index }
        // What stands before the content is `[CDATA[`, so two brackets in a row are of the end.
        if input[index - 1] == UInt8(ascii: "]") && input[index - 2] == UInt8(ascii: "]") { state = .text }
        return index + 1
    }

    private mutating func declaration(_ input: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        let index = Self.find(UInt8(ascii: ">"), input, start)
        guard index < input.count else { return index }
        if input[index - 1] == UInt8(ascii: "?") { state = .complete }
        return index + 1
    }
}

// MARK: Names

extension StreamScanner {
    /// Whether the colon at `index` ends the streams prefix, of an element or of an attribute.
    private mutating func noteColon(_ input: UnsafeBufferPointer<UInt8>, _ index: Int) {
        marks.insert(.sawColon)
        let prefix = streamPrefixLength
        guard index > prefix, !isNamePart(input[index - prefix - 1]) else { return }
        if usesStreamPrefix(input, nameStart: index - prefix) { marks.insert(.usesStreams) }
    }

    private func isNamePart(_ byte: UInt8) -> Bool {
        !XMLText.endsName(byte) && byte != UInt8(ascii: ":")
    }

    /// The top-level start tag has an attribute whose value begins after the quote at `quote`: notes what it declares.
    @inline(__always)
    private mutating func noteAttribute(_ input: UnsafeBufferPointer<UInt8>, before quote: Int) {
        let hasColon = marks.contains(.sawColon)
        marks.remove(.sawColon)
        // Nearly every attribute ends like `to=`: neither in the `s` of `xmlns` nor with a colon before.
        if !hasColon, input[quote - 1] == UInt8(ascii: "="),
            input[quote - 2] > UInt8(ascii: "s")
                || input[quote - 2] < UInt8(ascii: "s") && input[quote - 2] > 0x20
        {
            return
        }
        noteName(input, before: quote)
    }

    @inline(never)
    private mutating func noteName(_ input: UnsafeBufferPointer<UInt8>, before quote: Int) {
        var end = quote
        while end > Int(nameEnd), XMLText.isSpace(input[end - 1]) { end -= 1 }
        guard end > Int(nameEnd), input[end - 1] == UInt8(ascii: "=") else { return }
        end -= 1
        while end > Int(nameEnd), XMLText.isSpace(input[end - 1]) { end -= 1 }
        var start = end
        while start > Int(nameEnd), !XMLText.endsName(input[start - 1]) { start -= 1 }
        guard end - start >= 5, ASCII.equal(input.span.extracting(start..<(start + 5)), "xmlns") else { return }
        if end - start == 5 {
            marks.insert(.declaresDefault)
        } else if input[start + 5] == UInt8(ascii: ":") {
            noteDeclaration(of: input.span.extracting((start + 6)..<end))
        }
    }

    private mutating func noteDeclaration(of prefix: Span<UInt8>) {
        guard let namespaces else {
            if ASCII.equal(prefix, "stream") { marks.insert(.declaresStreams) }
            return
        }
        if Self.equal(prefix, namespaces.streams.prefix) { marks.insert(.declaresStreams) }
        for (index, extra) in namespaces.extras.enumerated() where Self.equal(prefix, extra.prefix) {
            declaredExtras |= 1 << UInt16(index)
        }
    }

    private var streamPrefixLength: Int { namespaces?.streams.prefix.count ?? 6 }

    /// Whether the name that begins at `start` has the prefix that the header declares for streams.
    private func usesStreamPrefix(_ input: UnsafeBufferPointer<UInt8>, nameStart start: Int) -> Bool {
        let end = start + streamPrefixLength
        guard end < input.count, input[end] == UInt8(ascii: ":") else { return false }
        let prefix = input.span.extracting(start..<end)
        guard let namespaces else { return ASCII.equal(prefix, "stream") }
        return Self.equal(prefix, namespaces.streams.prefix)
    }

    private static func equal(_ bytes: Span<UInt8>, _ other: [UInt8]) -> Bool {
        guard bytes.count == other.count else { return false }
        for index in bytes.indices where bytes[index] != other[index] { return false }
        return true
    }

    /// The first place of `byte` at or after `start`, or the end.
    @inline(__always)
    private static func find(_ byte: UInt8, _ input: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        guard let base = input.baseAddress else { return start }
        return ByteSearch.find(byte, base, start, input.count)
    }
}
