/// The fuzz entry for what name servers say.
import Bytes
import DNSWire

/// What is read out of a message was in it: no more than there is room for, names that are names, and nothing out of less.
enum DNSAnswerTarget: FuzzTarget {
    static let name = "dns-answer"
    static let dictionary = [
        "\u{C0}\u{0C}", "\u{3F}", "\u{40}", "\0\u{1}\0\u{1}", "\0\u{5}\0\u{1}", "\0\u{1C}\0\u{1}", "\0\u{21}\0\u{1}",
        "\0\u{6}\0\u{1}", "\0\u{4}", "\0\u{10}", "\u{7F}\u{7F}\u{7F}\u{7F}", "\u{1}a",
    ]

    private static let queries: [DNSQuery] = [.ipv4, .ipv6, .service].compactMap { kind in
        DNSName("a.b").map { DNSQuery($0, kind) }
    }

    /// Header and question, and behind them records that point back to the question's name.
    static let seeds: [[UInt8]] = queries.map { query in
        let owner: [UInt8] = [0xC0, 12]
        let rest: [UInt8] = [0, 1, 0, 0, 1, 0]
        let data: [UInt8] =
            switch query.kind {
            case .ipv4: [0, 4, 192, 0, 2, 1]
            case .ipv6: [0, 16] + [UInt8](repeating: 7, count: 16)
            case .service: [0, 10, 0, 1, 0, 2, 20, 102, 1, 120, 0xC0, 14]
            }
        let alias = owner + [0, 5] + rest + [0, 4, 1, 99, 0xC0, 14]
        let zone = owner + [0, 6] + rest + [0, 26, 1, 110, 0xC0, 14, 0xC0, 14] + [UInt8](repeating: 1, count: 20)
        let record = owner + [0, UInt8(query.kind.rawValue)] + rest + data
        return [0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 0] + query.name.wire + [0, UInt8(query.kind.rawValue), 0, 1]
            + alias + record + zone
    }

    static func run(_ bytes: [UInt8]) {
        for query in queries {
            guard let answer = try? DNSAnswer(bytes.span, to: query, id: 1) else { continue }
            let count = answer.addresses.count + answer.services.count
            precondition(count * 15 <= bytes.count, "more was read than there is")
            precondition(query.kind == .service || answer.services.isEmpty, "a service nobody asked for")
            precondition(query.kind != .service || answer.addresses.isEmpty, "an address nobody asked for")
            for name in answer.services.map(\.target) + [answer.alias].compactMap({ $0 }) {
                precondition(name.wire.count <= DNSName.maxWire && name.wire.last == 0, "no name")
                if let host = name.host { precondition(DNSName(host) == name, "a name reads differently") }
            }
            // Cut off in the fixed part or the question, it is no answer.
            for end in 0..<min(12 + query.name.wire.count + 4, bytes.count) {
                let part = Array(bytes[..<end])
                precondition((try? DNSAnswer(part.span, to: query, id: 1)) == nil, "a part is an answer")
            }
        }
    }
}
