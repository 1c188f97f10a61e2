/// The short way through the usual stanza: one that has come whole, under a stream header with the usual declarations,
/// with nothing in it that needs a closer look. Knows when to give up; then nothing has changed and the long way begins.
internal import Bytes

extension StreamScanner {
    /// The element that `input` begins with, if the short way gets to its end.
    func usualElement(_ input: Span<UInt8>) -> ElementCut? {
        guard state == .between, scanned == 0, !isHeaderDue, isUsual else { return nil }
        // Every place below is compared with the count before it is read: a span would compare a second time.
        return input.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, bytes.count > 3, base[0] == UInt8(ascii: "<") else { return nil }
            // What is too long is for the long way to refuse.
            return Self.usualElement(UsualInput(base: base, count: min(bytes.count, Int(maxElement))))
        }
    }

    private static func usualElement(_ input: UsualInput) -> ElementCut? {
        let nameEnd = input.endOfLetters(1)
        guard nameEnd > 1, nameEnd < input.count, input.isNameEnd(nameEnd) else { return nil }
        var declaresDefault = false
        guard var index = input.endOfTag(nameEnd, isTop: true, &declaresDefault) else { return nil }
        var depth = input.isEmptyTag(index) ? 0 : 1
        while depth > 0 {
            index = input.find(UInt8(ascii: "<"), index)
            guard index &+ 1 < input.count else { return nil }
            switch input[index &+ 1] {
            case UInt8(ascii: "/"):
                depth &-= 1
                index = input.endOfEndTag(index &+ 2)
                guard index < input.count else { return nil }
                index &+= 1
            case UInt8(ascii: "!"), UInt8(ascii: "?"):
                return nil
            default:
                guard let next = input.endOfTag(index &+ 1, isTop: false, &declaresDefault) else { return nil }
                if !input.isEmptyTag(next) { depth &+= 1 }
                index = next
            }
        }
        guard isText(input, index) else { return nil }
        return ElementCut(
            start: 0, nameEnd: UInt32(truncatingIfNeeded: nameEnd), end: UInt32(truncatingIfNeeded: index),
            missingExtras: 0, needsDefaultNamespace: !declaresDefault, needsStreamNamespace: false,
            isStreamPrefixed: input.spellsStreamName(nameEnd), isUsual: true)
    }

    /// A text message of a WebSocket is UTF-8 (RFC 6455 section 5.6), whatever the server wrote.
    private static func isText(_ input: UsualInput, _ end: Int) -> Bool {
        var text = UTF8Validator()
        return text.check(UnsafeBufferPointer(start: input.base, count: end).span) && text.isComplete
    }
}

/// Bytes that are there for the time of one call, and the few questions the short way asks of them. All places given are
/// inside or at the end.
private struct UsualInput {
    let base: UnsafePointer<UInt8>
    let count: Int

    @inline(__always)
    subscript(_ index: Int) -> UInt8 { base[index] }

    /// The first byte at or after `start` that is not above `>`: letters are, and all that has a meaning in tags is not.
    @inline(__always)
    func endOfLetters(_ start: Int) -> Int {
        ByteSearch.findBelow(UInt8(ascii: ">") + 1, base, start, count)
    }

    @inline(__always)
    func isNameEnd(_ index: Int) -> Bool {
        base[index] == UInt8(ascii: " ") || base[index] == UInt8(ascii: ">")
    }

    /// `>` stands before `end`.
    @inline(__always)
    func isEmptyTag(_ end: Int) -> Bool { base[end &- 2] == UInt8(ascii: "/") }

    /// Where an end tag's `>` stands, or the end of the input.
    @inline(__always)
    func endOfEndTag(_ start: Int) -> Int {
        var index = endOfLetters(start)
        if index < count, base[index] != UInt8(ascii: ">") { index = find(UInt8(ascii: ">"), index) }
        return index
    }

    /// The place after the `>` of the start tag that goes on at `start`; nil for what the short way does not know.
    @inline(__always)
    func endOfTag(_ start: Int, isTop: Bool, _ declaresDefault: inout Bool) -> Int? {
        var index = start
        while true {
            index = endOfLetters(index)
            guard index < count else { return nil }
            switch base[index] {
            case UInt8(ascii: "="):
                if isTop {
                    // Space in front: where the name begins is a longer story.
                    guard base[index &- 1] > 0x20 else { return nil }
                    if isDefaultDeclaration(nameEnd: index) { declaresDefault = true }
                }
                guard let end = endOfValue(index &+ 1) else { return nil }
                index = end
            case UInt8(ascii: ">"):
                return index &+ 1
            case UInt8(ascii: ":"):
                // Neither `xmlns:` nor `stream:`; mostly `xml:`.
                guard base[index &- 1] == UInt8(ascii: "l") else { return nil }
                index &+= 1
            case UInt8(ascii: "<"), UInt8(ascii: "\""), UInt8(ascii: "'"):
                return nil
            case let byte:
                // A line end or a tab in front of a name.
                if isTop, byte < 0x20 { return nil }
                index &+= 1
            }
        }
    }

    /// The place after the quoted value at `start`, and after a space that follows it.
    @inline(__always)
    private func endOfValue(_ start: Int) -> Int? {
        guard start < count, XMLText.isQuote(base[start]) else { return nil }
        let end = find(base[start], start &+ 1) &+ 1
        guard end < count else { return nil }
        return base[end] == UInt8(ascii: " ") ? end &+ 1 : end
    }

    /// Whether the attribute name that ends at `nameEnd` is `xmlns`.
    @inline(__always)
    private func isDefaultDeclaration(nameEnd: Int) -> Bool {
        guard base[nameEnd &- 1] == UInt8(ascii: "s"), nameEnd > 7, base[nameEnd &- 6] == UInt8(ascii: " ") else {
            return false
        }
        let name = UnsafeRawPointer(base).loadUnaligned(fromByteOffset: nameEnd &- 5, as: UInt32.self)
        return UInt32(bigEndian: name) == 0x786D_6C6E  // xmln
    }

    /// The two names that live in the streams namespace.
    @inline(__always)
    func spellsStreamName(_ nameEnd: Int) -> Bool {
        guard nameEnd == 6 || nameEnd == 9 else { return false }
        let name = UnsafeBufferPointer(start: base + 1, count: nameEnd &- 1).span
        return ASCII.equal(name, "error") || ASCII.equal(name, "features")
    }

    /// The first place of `byte` at or after `start`, or the end.
    @inline(__always)
    func find(_ byte: UInt8, _ start: Int) -> Int {
        ByteSearch.find(byte, base, start, count)
    }
}
