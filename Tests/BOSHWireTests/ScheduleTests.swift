import BOSHWire
import Testing
import WireTesting

/// Client role against server role over a network that loses, repeats and reorders: a model of what must hold.
@Suite struct ScheduleTests {
    /// Both ends and the network between them.
    private struct Network {
        var random: SplitMix64
        let edge: Edge
        var client: BOSHClient
        /// Requests at the edge, by the handle of each sending.
        var underway: [(handle: RequestHandle, request: BOSHClient.Request, since: UInt64)] = []
        var delayed: [BOSHClient.Request] = []
        var received: [String] = []
        var said: [String] = []
        var wanted: [String] = []
        var longestWait: UInt64 = 0

        func message(_ text: String) -> String { "<message xmlns='jabber:client' id='\(text)'/>" }

        init(seed: UInt64, options: BOSHClient.Options, policy: SessionPolicy) throws {
            random = SplitMix64(seed: seed)
            edge = Edge(policy)
            client = BOSHClient(options: options, firstID: 1_000)
            let request = client.open(to: "example.org")
            let handle = edge.post(request.body)
            edge.sleep(seconds: 3)
            _ = try client.receive(Array((edge.body(handle) ?? "").utf8), to: request.rid)
        }

        mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

        mutating func post(_ request: BOSHClient.Request) {
            underway.append((edge.post(request.body), request, edge.now))
        }

        mutating func step() throws {
            edge.sleep(seconds: Double.random(in: 0...0.4, using: &random))
            if chance(30) {
                wanted.append(message("u\(wanted.count)"))
                edge.upstreamSends(wanted[wanted.count - 1])
            }
            if client.window > 0, chance(50) {
                said.append(message("c\(said.count)"))
                let request = client.send(Array(said[said.count - 1].utf8))
                if chance(20) { delayed.append(request) } else { post(request) }
            }
            if !delayed.isEmpty, chance(50) { post(delayed.removeFirst()) }
            if !underway.isEmpty, chance(10) {
                // The connection breaks; the client sends the same again.
                let lost = underway.remove(at: Int.random(in: underway.indices, using: &random))
                if edge.body(lost.handle) == nil, chance(70) { edge.loseConnection(lost.handle) }
                post(lost.request)
            }
            try collect()
        }

        mutating func collect() throws {
            var arrived = underway.filter { edge.body($0.handle) != nil }
            underway.removeAll { edge.body($0.handle) != nil }
            arrived.shuffle(using: &random)
            for (handle, request, since) in arrived {
                longestWait = max(longestWait, edge.now - since)
                if chance(10) {
                    post(request)
                    continue
                }
                switch try client.receive(Array((edge.body(handle) ?? "").utf8), to: request.rid) {
                case .elements(let elements): received += elements.map { String(decoding: $0, as: UTF8.self) }
                case .again: if !underway.contains(where: { $0.request.rid == request.rid }) { post(request) }
                case .stale: break
                }
            }
        }
    }

    private func run(_ seed: UInt64, _ options: BOSHClient.Options, _ policy: SessionPolicy) throws {
        var network = try Network(seed: seed, options: options, policy: policy)
        for _ in 0..<300 { try network.step() }
        // Quiet: everything that was lost is sent again, then one empty request fetches the rest.
        for _ in 0..<40 {
            for request in network.delayed { network.post(request) }
            network.delayed = []
            network.edge.sleep(seconds: 3)
            try network.collect()
            if network.client.unanswered.isEmpty { network.post(network.client.send()) }
        }
        #expect(network.edge.upstream == network.said, "seed \(seed)")
        #expect(network.received == network.wanted, "seed \(seed)")
        #expect(network.client.ended == nil, "seed \(seed)")
        #expect(!network.edge.isOver, "seed \(seed)")
        #expect(network.edge.waiting == 0)
        #expect(network.edge.kept <= 4 * policy.responseBytes, "seed \(seed)")
        #expect(network.longestWait <= UInt64(policy.wait) * 1_000 + 3_000, "seed \(seed)")
    }

    @Test("BO-077: a session in which nothing is said keeps nothing, and is small")
    func idle() {
        let edge = Edge.open()
        edge.request(101)
        edge.upstreamSends("<message xmlns='jabber:client'/>")
        #expect(edge.kept > 0)
        for rid in UInt64(102)...104 {
            edge.request(rid)
            edge.sleep(seconds: 50)
        }
        #expect(edge.kept == 0)
        #expect(MemoryLayout<BOSHSession>.size <= 400)
    }

    private var policy: SessionPolicy {
        var policy = SessionPolicy()
        policy.wait = 20
        policy.hold = 3
        policy.repeatsPerSecond = 255
        policy.responseBytes = 200
        return policy
    }

    @Test("BO-064, BO-076, BO-080, BO-081, BO-084: everything arrives once and in order, whatever is lost and repeated")
    func lossy() throws {
        for seed in UInt64(1)...40 {
            var options = BOSHClient.Options()
            options.hold = UInt8(1 + seed % 3)
            try run(seed, options, policy)
        }
    }

    @Test("BO-071, BO-072: the same with acknowledgements")
    func acknowledged() throws {
        for seed in UInt64(100)...130 {
            var options = BOSHClient.Options()
            options.acknowledges = true
            options.hold = UInt8(1 + seed % 3)
            try run(seed, options, policy)
        }
    }

    @Test("BO-124, BO-126, BO-127: the same with keys")
    func keyed() throws {
        for seed in UInt64(200)...220 {
            var options = BOSHClient.Options()
            options.keys = 5
            try run(seed, options, policy)
        }
    }
}
