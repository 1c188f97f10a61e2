/// A server's stream header as nearly all write it: `stream:stream`, the two usual declarations, attributes without a prefix
/// and `xml:lang`. Read in place, because every login has two; knows when to give up.
internal import Bytes

struct UsualHeader {
    private(set) var attributes = OpenAttributes()
    private(set) var isEmpty = false

    /// Nil for what needs a closer look.
    /// - Parameter tag: a whole start tag, of which it is known that it is a stream header.
    init?(_ tag: Span<UInt8>) throws(XMLFailure) {
        var reader = try TagReader(tag)
        guard ASCII.equal(tag.extracting(reader.name), "stream:stream") else { return nil }
        while let attribute = try reader.next(tag) {
            guard take(tag.extracting(attribute.name), tag.extracting(attribute.value)) else { return nil }
        }
        isEmpty = reader.isEmpty
    }

    /// False for an attribute that is not known here.
    private mutating func take(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        if ASCII.equal(name, "xmlns:stream") { return true }
        if ASCII.equal(name, "xmlns") { return ASCII.equal(value, Namespace.client) }
        if ASCII.equal(name, "from") {
            attributes.from = Self.text(value)
        } else if ASCII.equal(name, "to") {
            attributes.to = Self.text(value)
        } else if ASCII.equal(name, "id") {
            attributes.id = Self.text(value)
        } else if ASCII.equal(name, "version") {
            attributes.version = Self.text(value)
        } else if ASCII.equal(name, "xml:lang") {
            attributes.lang = Self.text(value)
        } else {
            return false
        }
        return true
    }

    private static func text(_ value: Span<UInt8>) -> String {
        value.withUnsafeBufferPointer { XMLText.decode($0, isAttribute: true) }
    }
}
