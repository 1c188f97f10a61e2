/// The threads on which questions to name servers wait for their answers, so that no session's thread does.
internal import Bytes
internal import DNSWire
internal import Reactor
internal import Synchronization

enum ResolverThread {
    /// One more, which ends when there is nothing left to look for. Nobody waits for it: a name server may keep it for seconds.
    static func start(_ knowledge: Knowledge) throws(SystemFailure) {
        let thread = try LoopThread(name: "edge-names") {
            var work = knowledge.queue.withLock { $0.next() }
            while let current = work {
                knowledge.find(current.name)
                work = knowledge.queue.withLock { $0.next(after: current) }
            }
        }
        thread.detach()
    }
}

extension NameFinder {
    /// Milliseconds after which nothing more is asked for one name: a service may have dozens of targets that nobody answers
    /// for. 10 s: more than any session waits.
    private static let patience: UInt64 = 10_000

    /// With the real name servers. Blocks.
    init(server: SocketAddress?) {
        let end = Instant.now() + Self.patience
        ask = { Instant.now() < end ? Self.ask($0, server) : nil }
        hosts = { HostsFile.addresses(of: $0) }
        system = { host in
            // With a name server of its own the configuration says where names are to be looked up.
            guard server == nil, Instant.now() < end else { return [] }
            return ((try? SocketAddress.resolve(host: host, port: 0)) ?? []).compactMap(\.ip)
        }
    }

    private static func ask(_ query: DNSQuery, _ server: SocketAddress?) -> DNSAnswer? {
        for isExtended in [true, false] {
            let id = UInt16.random(in: 0 ... .max)
            guard let message = try? NameServer.ask(query.bytes(id: id, isExtended: isExtended), server: server) else {
                return nil
            }
            do throws(DNSFailure) {
                return try DNSAnswer(message.span, to: query, id: id)
            } catch {
                // Servers from before RFC 6891 call an extended question malformed.
                guard error == .refused(code: 1) else { return nil }
            }
        }
        return nil
    }
}
