/// Writes the stanzas of a load test, each into the same memory. Knows their markup and sizes; does not know when one is
/// due.
internal import Bytes

struct StanzaComposer: ~Copyable {
    enum MessageType {
        case chat, groupchat

        fileprivate var middle: StaticString {
            switch self {
            case .chat: "' type='chat' id='"
            case .groupchat: "' type='groupchat' id='"
            }
        }
    }

    private let size: Int
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private let filling: [UInt8]
    /// Namespace and receiver may take this much beyond the size asked for.
    private static let reserve = 8_192

    private static let start: StaticString = "<message xmlns='jabber:client' to='"
    private static let body: StaticString = "'><body>"
    private static let end: StaticString = "</body></message>"

    /// - Parameter size: bytes of a whole message element; a longer address makes it longer.
    init(size: Int) {
        self.size = size
        memory = .allocate(capacity: size + Self.reserve)
        let words = Array("the quick brown fox jumps over the lazy dog and ".utf8)
        filling = (0..<size).map { words[$0 % words.count] }
    }

    deinit {
        memory.deallocate()
    }

    /// Lends a message element.
    /// - Parameter to: an address, escaped.
    func withMessage(to: [UInt8], type: MessageType, id: MessageID, _ use: (Span<UInt8>) -> Void) {
        var end = 0
        append(Self.start, at: &end)
        append(to.span.extracting(0..<min(to.count, Self.reserve / 2)), at: &end)
        append(type.middle, at: &end)
        id.write(to: UnsafeMutableBufferPointer(rebasing: memory[end..<(end + MessageID.size)]))
        end += MessageID.size
        append(Self.body, at: &end)
        let rest = size - end - Self.end.utf8CodeUnitCount
        if rest > 0 { append(filling.span.extracting(0..<rest), at: &end) }
        append(Self.end, at: &end)
        use(UnsafeBufferPointer(rebasing: memory[..<end]).span)
    }

    /// Lends a request for an answer of the server (XEP-0199).
    func withPing(to domain: [UInt8], id: MessageID, _ use: (Span<UInt8>) -> Void) {
        var end = 0
        append("<iq xmlns='jabber:client' type='get' to='", at: &end)
        append(domain.span.extracting(0..<min(domain.count, Self.reserve / 2)), at: &end)
        append("' id='", at: &end)
        id.write(to: UnsafeMutableBufferPointer(rebasing: memory[end..<(end + MessageID.size)]))
        end += MessageID.size
        append("'><ping xmlns='urn:xmpp:ping'/></iq>", at: &end)
        use(UnsafeBufferPointer(rebasing: memory[..<end]).span)
    }

    private func append(_ bytes: Span<UInt8>, at end: inout Int) {
        bytes.withUnsafeBufferPointer { source in
            _ = UnsafeMutableBufferPointer(rebasing: memory[end...]).update(fromContentsOf: source)
        }
        end += bytes.count
    }

    private func append(_ text: StaticString, at end: inout Int) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).span, at: &end)
    }
}
