/// Reads the answer to a question out of a message (RFC 1035 section 4.1, RFC 2308). What does not belong to the question is
/// passed over, whoever sends it.
internal import Bytes

extension DNSAnswer {
    /// Records of one message. Real answers have some dozens; 64 KiB could hold thousands.
    private static let maxRecords = 512
    /// Names behind each other (CNAME). Real chains have two or three.
    private static let maxAliases = 8

    /// - Parameter message: one whole message.
    package init(_ message: Span<UInt8>, to query: DNSQuery, id: UInt16) throws(DNSFailure) {
        let counts = try Self.header(message, to: query, id: id)
        var reader = RecordReader(place: try Self.question(message, query))
        var records: [Record] = []
        for _ in 0..<counts.answers {
            if let record = try reader.next(message) { records.append(record) }
        }
        self.init()
        isUnknown = message[3] & 0x0F == Self.nameError
        try follow(records, query)
        guard addresses.isEmpty && services.isEmpty else { return }
        // Nothing is there: the zone's own record says for how long that holds (RFC 2308 section 5), and that the end of
        // the aliases is known.
        if alias == nil { life = nil }
        for _ in 0..<counts.authorities {
            guard case .authority(let seconds)? = try reader.next(message)?.data else { continue }
            life = seconds
            alias = nil
        }
    }

    private static let nameError: UInt8 = 3

    /// The fixed part (section 4.1.1).
    private static func header(
        _ message: Span<UInt8>, to query: DNSQuery, id: UInt16
    ) throws(DNSFailure) -> (answers: Int, authorities: Int) {
        guard message.count >= 12 else { throw .truncated }
        // A response to a standard query.
        guard message.pair(at: 0) == id, message[2] & 0xF8 == 0x80, message.pair(at: 4) == 1 else { throw .notOurs }
        if message[2] & 0x02 != 0 { throw .cut }
        let code = message[3] & 0x0F
        guard code == 0 || code == nameError else { throw .refused(code: code) }
        let answers = Int(message.pair(at: 6))
        let authorities = Int(message.pair(at: 8))
        guard answers + authorities <= maxRecords else { throw .tooManyRecords }
        return (answers, authorities)
    }

    /// The question comes back as it was asked; gives the place behind it.
    private static func question(_ message: Span<UInt8>, _ query: DNSQuery) throws(DNSFailure) -> Int {
        var place = 12
        let name = try DNSName.read(message, at: &place)
        guard place + 4 <= message.count else { throw .truncated }
        guard name == query.name, message.pair(at: place) == query.kind.rawValue,
            message.pair(at: place + 2) == DNSQuery.internet
        else { throw .notOurs }
        return place + 4
    }

    /// Takes the records of the name asked for, or of the name it stands for in the end.
    private mutating func follow(_ records: [Record], _ query: DNSQuery) throws(DNSFailure) {
        var name = query.name
        var steps = 0
        while true {
            for record in records where record.owner == name { take(record, query.kind) }
            guard addresses.isEmpty && services.isEmpty else { return }
            let next = records.first { record in
                if case .alias = record.data { record.owner == name } else { false }
            }
            guard case .alias(let target)? = next?.data else { break }
            steps += 1
            guard steps <= Self.maxAliases else { throw .aliases }
            shorten(next?.life)
            name = target
        }
        if steps > 0 && !isUnknown { alias = name }
    }

    private mutating func take(_ record: Record, _ kind: DNSQuery.Kind) {
        switch (record.data, kind) {
        case (.address(let address, kind), _):
            if !addresses.contains(address) { addresses.append(address) }
        case (.service(let service), .service):
            if !services.contains(service) { services.append(service) }
        default:
            return
        }
        shorten(record.life)
    }

    private mutating func shorten(_ life: UInt32?) {
        guard let life else { return }
        self.life = min(self.life ?? life, life)
    }
}

/// One record of a kind that is looked at.
private struct Record {
    let owner: DNSName
    let life: UInt32
    let data: Content

    enum Content {
        case address(IPAddress, DNSQuery.Kind)
        case service(DNSService)
        case alias(DNSName)
        /// Seconds for which what is not there stays so.
        case authority(UInt32)
    }
}

/// Goes from record to record (section 4.1.3).
private struct RecordReader {
    var place: Int

    // RFC 1035 section 3.2.2: CNAME and SOA.
    private static let aliasType: UInt16 = 5
    private static let authorityType: UInt16 = 6

    /// Nil for a record of another kind or class.
    mutating func next(_ message: Span<UInt8>) throws(DNSFailure) -> Record? {
        let owner = try DNSName.read(message, at: &place)
        guard place + 10 <= message.count else { throw .truncated }
        let type = message.pair(at: place)
        let isInternet = message.pair(at: place + 2) == DNSQuery.internet
        // A life with the highest bit is none (RFC 2181 section 8).
        let written = message.quad(at: place + 4)
        let life = written > UInt32(Int32.max) ? 0 : written
        let start = place + 10
        let end = start + Int(message.pair(at: place + 8))
        guard end <= message.count else { throw .truncated }
        place = end
        guard isInternet, let data = try Self.data(message, type: type, in: start..<end, life) else { return nil }
        return Record(owner: owner, life: life, data: data)
    }

    private static func data(
        _ message: Span<UInt8>, type: UInt16, in range: Range<Int>, _ life: UInt32
    ) throws(DNSFailure) -> Record.Content? {
        switch type {
        case DNSQuery.Kind.ipv4.rawValue:
            guard range.count == 4 else { throw .record }
            return .address(IPAddress(ipv4: message.quad(at: range.lowerBound)), .ipv4)
        case DNSQuery.Kind.ipv6.rawValue:
            guard range.count == 16 else { throw .record }
            return .address(
                IPAddress(high: message.octet(at: range.lowerBound), low: message.octet(at: range.lowerBound + 8)),
                .ipv6)
        case DNSQuery.Kind.service.rawValue:
            guard range.count >= 7 else { throw .record }
            let start = range.lowerBound
            return .service(
                DNSService(
                    priority: message.pair(at: start), weight: message.pair(at: start + 2),
                    port: message.pair(at: start + 4), target: try name(message, start + 6, range.upperBound)))
        case aliasType:
            return .alias(try name(message, range.lowerBound, range.upperBound))
        case authorityType:
            return .authority(try negativeLife(message, range, life))
        default:
            return nil
        }
    }

    /// A name that fills the rest of its record.
    private static func name(_ message: Span<UInt8>, _ start: Int, _ end: Int) throws(DNSFailure) -> DNSName {
        var place = start
        let name = try DNSName.read(message, at: &place)
        guard place == end else { throw .record }
        return name
    }

    /// The smaller of the zone's own record's life and its last number (RFC 2308 section 5).
    private static func negativeLife(
        _ message: Span<UInt8>, _ range: Range<Int>, _ life: UInt32
    ) throws(DNSFailure) -> UInt32 {
        var place = range.lowerBound
        _ = try DNSName.read(message, at: &place)
        _ = try DNSName.read(message, at: &place)
        guard place + 20 == range.upperBound else { throw .record }
        let minimum = message.quad(at: place + 16)
        return min(life, minimum > UInt32(Int32.max) ? 0 : minimum)
    }
}

/// Numbers in network order; whoever asks has seen that they are there.
extension Span<UInt8> {
    fileprivate func pair(at place: Int) -> UInt16 { UInt16(self[place]) << 8 | UInt16(self[place + 1]) }
    fileprivate func quad(at place: Int) -> UInt32 { UInt32(pair(at: place)) << 16 | UInt32(pair(at: place + 2)) }
    fileprivate func octet(at place: Int) -> UInt64 { UInt64(quad(at: place)) << 32 | UInt64(quad(at: place + 4)) }
}
