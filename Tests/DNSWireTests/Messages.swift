/// DNS messages made by hand, for tests.
import DNSWire

/// Builds an answer record by record; numbers are in network order.
struct Message {
    var id: UInt16 = 0x1234
    var flags: UInt16 = 0x8180
    var question: [UInt8]
    var answers: [[UInt8]] = []
    var authorities: [[UInt8]] = []
    var additional: [[UInt8]] = []

    init(_ query: DNSQuery) {
        question = query.name.wire + Self.pair(query.kind.rawValue) + Self.pair(1)
    }

    var bytes: [UInt8] {
        var bytes = Self.pair(id) + Self.pair(flags) + Self.pair(1) + Self.pair(UInt16(answers.count))
        bytes += Self.pair(UInt16(authorities.count)) + Self.pair(UInt16(additional.count)) + question
        for record in answers + authorities + additional { bytes += record }
        return bytes
    }

    static func pair(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    static func name(_ text: String) -> [UInt8] { text == "." ? [0] : DNSName(text)?.wire ?? [] }

    static func record(_ owner: [UInt8], _ type: UInt16, life: UInt32 = 300, kind: UInt16 = 1, _ data: [UInt8])
        -> [UInt8]
    {
        owner + pair(type) + pair(kind) + pair(UInt16(life >> 16)) + pair(UInt16(life & 0xFFFF))
            + pair(UInt16(data.count)) + data
    }

    static func address(_ owner: String, _ parts: [UInt8], life: UInt32 = 300) -> [UInt8] {
        record(name(owner), parts.count == 4 ? 1 : 28, life: life, parts)
    }

    static func alias(_ owner: String, _ target: String, life: UInt32 = 300) -> [UInt8] {
        record(name(owner), 5, life: life, name(target))
    }

    static func service(
        _ owner: String, _ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: String, life: UInt32 = 300
    ) -> [UInt8] {
        record(name(owner), 33, life: life, pair(priority) + pair(weight) + pair(port) + name(target))
    }

    static func authority(_ owner: String, life: UInt32, minimum: UInt32) -> [UInt8] {
        let numbers = pair(0) + pair(1) + [UInt8](repeating: 0, count: 12) + pair(UInt16(minimum >> 16))
        return record(
            name(owner), 6, life: life,
            name("ns.\(owner)") + name("root.\(owner)") + numbers + pair(UInt16(minimum & 0xFFFF)))
    }
}

extension DNSQuery {
    /// Of a name that is one.
    static func of(_ name: String, _ kind: Kind) -> DNSQuery {
        DNSQuery(DNSName(name) ?? .root, kind)
    }
}

/// The answer, or why it is none.
func read(_ bytes: [UInt8], to query: DNSQuery, id: UInt16 = 0x1234) -> Result<DNSAnswer, DNSFailure> {
    Result { () throws(DNSFailure) in try DNSAnswer(bytes.span, to: query, id: id) }
}
