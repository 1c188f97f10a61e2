/// A domain name as DNS carries it (RFC 1035 section 3.1): labels, case folded. Knows no addresses and asks nobody.
package struct DNSName: Hashable, Sendable {
    /// Each label with its length in front, the empty one at the end; letters in lower case.
    package let wire: [UInt8]

    /// RFC 1035 section 2.3.4.
    package static let maxLabel = 63
    package static let maxWire = 255

    package static let root = DNSName(wire: [0])

    init(wire: [UInt8]) {
        self.wire = wire
    }

    /// Reads `example.org` or `example.org.`; nil for what cannot be asked for. Names that are not ASCII come as `xn--`.
    package init?(_ text: some StringProtocol) {
        var wire: [UInt8] = []
        let name = text.hasSuffix(".") ? text.dropLast() : text[...]
        for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...Self.maxLabel).contains(label.count), label.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                return nil
            }
            wire.append(UInt8(label.count))
            wire += label.map(Self.lower)
        }
        wire.append(0)
        guard wire.count <= Self.maxWire else { return nil }
        self.wire = wire
    }

    package var isRoot: Bool { wire.count == 1 }

    /// Without a dot at the end. Nil for the root, and for names that hold anything but letters, digits, `-` and `_`: no
    /// host has such a name, and it would travel into logs.
    package var host: String? {
        guard !isRoot else { return nil }
        var text: [UInt8] = []
        var place = 0
        while place < wire.count, wire[place] > 0 {
            let end = min(place + 1 + Int(wire[place]), wire.count)
            for byte in wire[(place + 1)..<end] {
                guard Self.isHostByte(byte) else { return nil }
                text.append(byte)
            }
            text.append(UInt8(ascii: "."))
            place = end
        }
        return String(decoding: text.dropLast(), as: UTF8.self)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension DNSName {
    /// Reads the name at `place`, following pointers (RFC 1035 section 4.1.4), and moves `place` behind it.
    ///
    /// A pointer leads to an earlier place only, each to one before the last, so that there is no circle.
    static func read(_ message: Span<UInt8>, at place: inout Int) throws(DNSFailure) -> DNSName {
        var wire: [UInt8] = []
        var cursor = place
        var lowest = place
        var end: Int?
        while true {
            guard cursor < message.count else { throw .truncated }
            let length = Int(message[cursor])
            switch length >> 6 {
            case 0:
                guard cursor + 1 + length <= message.count else { throw .truncated }
                guard wire.count + 1 + length + (length > 0 ? 1 : 0) <= maxWire else { throw .nameTooLong }
                wire.append(UInt8(length))
                for index in (cursor + 1)..<(cursor + 1 + length) { wire.append(lower(message[index])) }
                cursor += 1 + length
                guard length == 0 else { continue }
                place = end ?? cursor
                return DNSName(wire: wire)
            case 3:
                guard cursor + 1 < message.count else { throw .truncated }
                let target = (length & 0x3F) << 8 | Int(message[cursor + 1])
                guard target < lowest else { throw .pointer }
                if end == nil { end = cursor + 2 }
                lowest = target
                cursor = target
            default:
                throw .label
            }
        }
    }
}
