/// The thread on which questions to name servers wait for their answers, so that no session's thread does.
internal import Bytes
internal import DNSWire
internal import Reactor

final class ResolverThread {
    private let loop: EventLoop
    private let knowledge: Knowledge

    private init(_ knowledge: Knowledge) throws(SystemFailure) {
        loop = try EventLoop()
        self.knowledge = knowledge
    }

    /// - Returns: where it takes its work; it ends with `stop`, when the question it is at has its answer.
    static func start(_ knowledge: Knowledge) throws(SystemFailure) -> Mailbox<ResolverWork> {
        let box = try Mailbox<ResolverWork>()
        let worker = try ResolverThread(knowledge)
        try box.open(in: worker.loop) { [unowned worker] in worker.receive($0) }
        let thread = try LoopThread(name: "edge-names") {
            withExtendedLifetime(worker) { worker.loop.run() }
        }
        // Nobody waits for it: a name server may keep it for seconds.
        thread.detach()
        return box
    }

    private func receive(_ work: ResolverWork) {
        switch work {
        case .find(let name): knowledge.find(name)
        case .stop: loop.stop()
        }
    }
}

extension NameFinder {
    /// With the real name servers. Blocks.
    init(server: SocketAddress?) {
        ask = { Self.ask($0, server) }
        hosts = { HostsFile.addresses(of: $0) }
        system = { host in
            // With a name server of its own the configuration says where names are to be looked up.
            guard server == nil else { return [] }
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
