/// What an answer says, and which bytes are none.
import Bytes
import DNSWire
import Testing
import WireTesting

@Suite struct DNSAnswerTests {
    static let query = DNSQuery.of("example.org", .ipv4)
    static let services = DNSQuery.of("_xmpp-client._tcp.example.org", .service)

    @Test("UP-002: addresses are those of the name asked for, and hold for the shortest life among them")
    func addresses() throws {
        var message = Message(Self.query)
        message.answers = [
            Message.address("example.org", [192, 0, 2, 1], life: 300),
            Message.address("EXAMPLE.org", [192, 0, 2, 2], life: 60),
            Message.address("example.org", [192, 0, 2, 1], life: 300),
            Message.address("other.example.org", [192, 0, 2, 3], life: 1),
            Message.address("example.org", [UInt8](repeating: 1, count: 16), life: 1),
        ]
        let answer = try read(message.bytes, to: Self.query).get()
        #expect(answer.addresses == [IPAddress(ipv4: 0xC000_0201), IPAddress(ipv4: 0xC000_0202)])
        #expect(answer.life == 60 && !answer.isUnknown)
    }

    @Test("IPv6 addresses are read whole")
    func newerAddresses() throws {
        let query = DNSQuery.of("example.org", .ipv6)
        var message = Message(query)
        message.answers = [Message.address("example.org", [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7])]
        #expect(try read(message.bytes, to: query).get().addresses == [IPAddress(high: 0x2001_0DB8_0000_0000, low: 7)])
    }

    @Test("UP-002, UP-003: service records have priority, weight, port and target, which may be the root")
    func serviceRecords() throws {
        var message = Message(Self.services)
        let owner = "_xmpp-client._tcp.example.org"
        message.answers = [
            Message.service(owner, 10, 20, 5222, "xmpp1.example.org"), Message.service(owner, 0, 0, 0, "."),
        ]
        let answer = try read(message.bytes, to: Self.services).get()
        #expect(
            answer.services == [
                DNSService(priority: 10, weight: 20, port: 5222, target: DNSName("xmpp1.example.org") ?? .root),
                DNSService(priority: 0, weight: 0, port: 0, target: .root),
            ])
    }

    @Test("UP-002: aliases are followed in any order, and the life is the shortest on the way")
    func aliases() throws {
        var message = Message(Self.query)
        message.answers = [
            Message.address("c.example.org", [192, 0, 2, 9], life: 300),
            Message.alias("b.example.org", "c.example.org", life: 30),
            Message.alias("example.org", "b.example.org", life: 600),
        ]
        let answer = try read(message.bytes, to: Self.query).get()
        #expect(answer.addresses == [IPAddress(ipv4: 0xC000_0209)] && answer.life == 30)
    }

    @Test("An alias without what it stands for is to be asked for")
    func openAlias() throws {
        var message = Message(Self.query)
        message.answers = [Message.alias("example.org", "cdn.example.net", life: 30)]
        var answer = try read(message.bytes, to: Self.query).get()
        #expect(answer.alias == DNSName("cdn.example.net") && answer.life == 30)
        // Unless the zone says that there is nothing.
        message.authorities = [Message.authority("example.net", life: 50, minimum: 40)]
        answer = try read(message.bytes, to: Self.query).get()
        #expect(answer.alias == nil && answer.isEmpty && answer.life == 40)
    }

    @Test("Aliases that lead round in a circle are a failure")
    func circle() {
        var message = Message(Self.query)
        message.answers = [
            Message.alias("example.org", "b.example.org"), Message.alias("b.example.org", "example.org"),
        ]
        #expect(read(message.bytes, to: Self.query) == .failure(.aliases))
    }

    @Test("That there is nothing holds for as long as the zone says", arguments: [(60, 30, 30), (20, 30, 20)])
    func nothing(_ life: Int, _ minimum: Int, _ expected: Int) throws {
        var message = Message(Self.query)
        message.authorities = [Message.authority("example.org", life: UInt32(life), minimum: UInt32(minimum))]
        var answer = try read(message.bytes, to: Self.query).get()
        #expect(answer.isEmpty && !answer.isUnknown && answer.life == UInt32(expected))
        message.flags = 0x8183
        answer = try read(message.bytes, to: Self.query).get()
        #expect(answer.isUnknown && answer.life == UInt32(expected))
        message.authorities = []
        #expect(try read(message.bytes, to: Self.query).get().life == nil)
    }

    @Test("A name without the compression of names is the same as one with it")
    func compression() throws {
        var message = Message(Self.services)
        let suffix: [UInt8] = [0xC0, 12 + 13 + 5]
        message.answers = [
            Message.record([0xC0, 12], 33, Message.pair(1) + Message.pair(2) + Message.pair(5222) + [1, 120] + suffix)
        ]
        let answer = try read(message.bytes, to: Self.services).get()
        #expect(answer.services.first?.target == DNSName("x.example.org"))
    }

    @Test("Pointers that do not lead back, and labels of other kinds, are refused")
    func pointers() {
        for (owner, failure) in [
            ([0xC0, 29], DNSFailure.pointer), ([0xC0, 200], .pointer), ([1, 97, 0xC0, 29], .pointer),
            ([0x40, 97, 0], .label), ([0x80], .label),
        ] as [([UInt8], DNSFailure)] {
            var message = Message(Self.query)
            message.answers = [Message.record(owner, 1, [1, 2, 3, 4])]
            #expect(read(message.bytes, to: Self.query) == .failure(failure), "\(owner)")
        }
    }

    @Test("A chain of pointers cannot make a name longer than names are")
    func growingName() {
        var message = Message(Self.query)
        var owner: [UInt8] = []
        for _ in 0..<4 { owner += [63] + [UInt8](repeating: 97, count: 63) }
        message.answers = [Message.record(owner + [0], 1, [1, 2, 3, 4])]
        #expect(read(message.bytes, to: Self.query) == .failure(.nameTooLong))
    }

    @Test("Another id, another question, a question of ours and a message without one are not for us")
    func notOurs() {
        let good = Message(Self.query)
        #expect(read(good.bytes, to: Self.query, id: 1) == .failure(.notOurs))
        #expect(read(good.bytes, to: DNSQuery.of("example.com", .ipv4)) == .failure(.notOurs))
        #expect(read(good.bytes, to: DNSQuery.of("example.org", .ipv6)) == .failure(.notOurs))
        for flags: UInt16 in [0x0180, 0x8980] {
            var message = good
            message.flags = flags
            #expect(read(message.bytes, to: Self.query) == .failure(.notOurs))
        }
        var bytes = good.bytes
        bytes[5] = 0
        #expect(read(bytes, to: Self.query) == .failure(.notOurs))
    }

    @Test("A cut message and what a server would not say are no answers", arguments: 1...15)
    func refusals(_ code: Int) {
        var message = Message(Self.query)
        message.flags = 0x8380
        #expect(read(message.bytes, to: Self.query) == .failure(.cut))
        guard code != 3 else { return }
        message.flags = 0x8180 | UInt16(code)
        #expect(read(message.bytes, to: Self.query) == .failure(.refused(code: UInt8(code))))
    }

    @Test("More records than anybody has are refused, whether they are there or not")
    func tooMany() {
        var bytes = Message(Self.query).bytes
        bytes[6] = 0xFF
        #expect(read(bytes, to: Self.query) == .failure(.tooManyRecords))
    }

    @Test("Addresses of another length are refused, and records of other kinds passed over")
    func lengths() throws {
        let owner = Message.name("example.org")
        for data: [UInt8] in [[], [1, 2, 3], [1, 2, 3, 4, 5]] {
            var message = Message(Self.query)
            message.answers = [Message.record(owner, 1, data)]
            #expect(read(message.bytes, to: Self.query) == .failure(.record))
        }
        var message = Message(Self.query)
        message.answers = [
            Message.record(owner, 16, [1, 97]), Message.record(owner, 1, kind: 3, [1]),
            Message.address("example.org", [1, 2, 3, 4]),
        ]
        #expect(try read(message.bytes, to: Self.query).get().addresses.count == 1)
    }

    @Test("A life with the highest bit is none")
    func wildLife() throws {
        var message = Message(Self.query)
        message.answers = [Message.address("example.org", [1, 2, 3, 4], life: 0x8000_0000)]
        #expect(try read(message.bytes, to: Self.query).get().life == 0)
    }

    @Test("However short a message is cut, nothing is made up")
    func truncation() {
        var message = Message(Self.services)
        message.answers = [
            Message.service("_xmpp-client._tcp.example.org", 1, 2, 3, "a.example.org"),
            Message.alias("x.example.org", "y.example.org"),
        ]
        message.authorities = [Message.authority("example.org", life: 1, minimum: 1)]
        let bytes = message.bytes
        let whole = Message(Self.services).bytes.count + message.answers.reduce(0) { $0 + $1.count }
        for end in 0..<whole {
            let result = read(Array(bytes[..<end]), to: Self.services)
            #expect(result == .failure(.truncated), "cut at \(end)")
        }
    }
}
