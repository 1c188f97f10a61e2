/// The scanner's way through the bytes of one element: the part that sees every byte. Knows where tags, quotes and
/// character data begin and end; does not know what an element means.
internal import Bytes

extension StreamScanner {
    private typealias Input = UnsafeBufferPointer<UInt8>

    /// Goes on from where the last call stopped. The place after the element, header, declaration or end tag, or nil when
    /// `input` ends before that.
    mutating func scan(_ input: Span<UInt8>) throws(XMLFailure) -> Int? {
        // Raw pointers: this loop sees every byte of every stream, and each index below is compared with the count.
        try input.withUnsafeBufferPointer { bytes throws(XMLFailure) in try scan(bytes) }
    }

    private mutating func scan(_ input: Input) throws(XMLFailure) -> Int? {
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
    private mutating func past(_ byte: UInt8, _ input: Input, _ start: Int, then following: State) -> Int {
        let found = Self.find(byte, input, start)
        guard found < input.count else { return found }
        state = following
        return found &+ 1
    }

    private mutating func name(_ input: Input, _ start: Int) throws(XMLFailure) -> Int {
        var index = start
        while index < input.count {
            let byte = input[index]
            if byte < 64, Self.nameStops >> UInt64(byte) & 1 != 0 {
                nameEnd = UInt32(truncatingIfNeeded: index)
                if usesStreamPrefix(input, nameStart: 1) { marks.insert(.usesStreams) }
                state = .tag
                return try tag(input, index)
            }
            index &+= 1
        }
        return index
    }

    private mutating func tag(_ input: Input, _ start: Int) throws(XMLFailure) -> Int {
        var index = start
        while index < input.count {
            let byte = input[index]
            index &+= 1
            // Everything that matters in a tag is below 64: one shift tells that a byte is none of it.
            guard byte < 64, Self.tagStops >> UInt64(byte) & 1 != 0 else { continue }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if depth == 0 { noteAttribute(input, before: index &- 1) }
                let end = Self.find(byte, input, index)
                guard end < input.count else {
                    state = byte == UInt8(ascii: "'") ? .singleQuoted : .doubleQuoted
                    return end
                }
                index = end &+ 1
            case UInt8(ascii: ">"):
                try tagEnded(input, index)
                return index
            case UInt8(ascii: ":"):
                noteColon(input, index &- 1)
            default:
                throw .notWellFormed
            }
        }
        return index
    }

    /// `"`, `'`, `:`, `<` and `>`.
    private static let tagStops: UInt64 = 1 << 0x22 | 1 << 0x27 | 1 << 0x3A | 1 << 0x3C | 1 << 0x3E
    /// What `XMLText.endsName` says, all below 64.
    private static let nameStops: UInt64 =
        1 << 0x20 | 1 << 0x0A | 1 << 0x0D | 1 << 0x09 | 1 << 0x22 | 1 << 0x27 | 1 << 0x2F | 1 << 0x3C | 1 << 0x3D
        | 1 << 0x3E

    /// `>` stands at `end - 1`, outside quotes.
    private mutating func tagEnded(_ input: Input, _ end: Int) throws(XMLFailure) {
        if input[end - 2] == UInt8(ascii: "/") {
            state = depth == 0 ? .complete : .text
        } else if depth == 0, isHeaderDue, try isHeader(UnsafeBufferPointer(rebasing: input[..<end]).span) {
            state = .complete
        } else {
            depth += 1
            state = .text
        }
    }

    private mutating func text(_ input: Input, _ start: Int) throws(XMLFailure) -> Int {
        let index = Self.find(UInt8(ascii: "<"), input, start)
        guard index &+ 1 < input.count else { return index }
        switch input[index &+ 1] {
        case UInt8(ascii: "/"):
            depth -= 1
            state = .endTag
            return index &+ 2
        case UInt8(ascii: "!"):
            return try cdataStart(input, index)
        case UInt8(ascii: "?"):
            throw .restrictedXML
        default:
            if usesStreamPrefix(input, nameStart: index &+ 1) { marks.insert(.usesStreams) }
            state = .tag
            return try tag(input, index &+ 1)
        }
    }

    private mutating func cdataStart(_ input: Input, _ index: Int) throws(XMLFailure) -> Int {
        let mark: StaticString = "<![CDATA["
        let shown = min(input.count - index, mark.utf8CodeUnitCount)
        for offset in 2..<max(shown, 2) where input[index + offset] != mark.utf8Start[offset] {
            throw .restrictedXML
        }
        guard shown == mark.utf8CodeUnitCount else { return index }
        state = .cdata
        return index + shown
    }

    private mutating func cdata(_ input: Input, _ start: Int) -> Int {
        let index = Self.find(UInt8(ascii: ">"), input, start)
        guard index < input.count else { return index }
        // What stands before the content is `[CDATA[`, so two brackets in a row are of the end.
        if input[index - 1] == UInt8(ascii: "]") && input[index - 2] == UInt8(ascii: "]") { state = .text }
        return index + 1
    }

    private mutating func declaration(_ input: Input, _ start: Int) -> Int {
        let index = Self.find(UInt8(ascii: ">"), input, start)
        guard index < input.count else { return index }
        if input[index - 1] == UInt8(ascii: "?") { state = .complete }
        return index + 1
    }
}

// MARK: Names

extension StreamScanner {
    /// Whether the colon at `index` ends the streams prefix, of an element or of an attribute.
    private mutating func noteColon(_ input: Input, _ index: Int) {
        let prefix = streamPrefixLength
        guard index > prefix, !isNamePart(input[index - prefix - 1]) else { return }
        if usesStreamPrefix(input, nameStart: index - prefix) { marks.insert(.usesStreams) }
    }

    private func isNamePart(_ byte: UInt8) -> Bool {
        !XMLText.endsName(byte) && byte != UInt8(ascii: ":")
    }

    /// The top-level start tag has an attribute whose value begins after the quote at `quote`: notes what it declares.
    @inline(__always)
    private mutating func noteAttribute(_ input: Input, before quote: Int) {
        var end = quote
        while end > Int(nameEnd), XMLText.isSpace(input[end &- 1]) { end &-= 1 }
        guard end > Int(nameEnd), input[end &- 1] == UInt8(ascii: "=") else { return }
        end &-= 1
        while end > Int(nameEnd), XMLText.isSpace(input[end &- 1]) { end &-= 1 }
        var start = end
        while start > Int(nameEnd) {
            let byte = input[start &- 1]
            if byte < 64, Self.nameStops >> UInt64(byte) & 1 != 0 { break }
            start &-= 1
        }
        if end &- start >= 5, input[start] == UInt8(ascii: "x") { noteDeclaration(input, start, end) }
    }

    /// An attribute whose name may be `xmlns` or begin with `xmlns:`.
    private mutating func noteDeclaration(_ input: Input, _ start: Int, _ end: Int) {
        guard Self.equal(input, start..<(start + 5), "xmlns") else { return }
        if end - start == 5 {
            marks.insert(.declaresDefault)
        } else if input[start + 5] == UInt8(ascii: ":") {
            let prefix = (start + 6)..<end
            guard let namespaces else {
                if Self.equal(input, prefix, "stream") { marks.insert(.declaresStreams) }
                return
            }
            if input[prefix].elementsEqual(namespaces.streams.prefix) { marks.insert(.declaresStreams) }
            for (index, extra) in namespaces.extras.enumerated() where input[prefix].elementsEqual(extra.prefix) {
                declaredExtras |= 1 << UInt16(index)
            }
        }
    }

    private var streamPrefixLength: Int { namespaces?.streams.prefix.count ?? 6 }

    /// Whether the name that begins at `start` has the prefix that the header declares for streams.
    @inline(__always)
    private func usesStreamPrefix(_ input: Input, nameStart start: Int) -> Bool {
        let end = start &+ streamPrefixLength
        guard end < input.count, input[end] == UInt8(ascii: ":") else { return false }
        guard let namespaces else { return Self.equal(input, start..<end, "stream") }
        return input[start..<end].elementsEqual(namespaces.streams.prefix)
    }

    private static func equal(_ input: Input, _ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for offset in 0..<range.count where input[range.lowerBound &+ offset] != other[offset] { return false }
        return true
    }

    /// The first place of `byte` at or after `start`, or the end. Eight bytes at a time: most of a stream is text and
    /// attribute values.
    @inline(__always)
    private static func find(_ byte: UInt8, _ input: Input, _ start: Int) -> Int {
        let raw = UnsafeRawBufferPointer(input)
        let pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
        var index = start
        while raw.count &- index >= 8 {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ pattern
            let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if zeros != 0 { return index &+ zeros.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < input.count, input[index] != byte { index &+= 1 }
        return index
    }
}
