/// From the names of a plan to the addresses that a run uses, before anything is measured. Knows names and whether somebody takes
/// connections; sends nothing.
package import Reactor

package struct Addresses: Sendable {
    package let target: SocketAddress
    /// Our own, empty for the system's choice.
    package let sources: [SocketAddress]

    /// Milliseconds for an address to take a connection, where there are several to choose from.
    private static let patience: UInt64 = 3_000

    /// Blocks on the resolver.
    /// - Throws: a sentence that says what is wrong.
    package init(_ plan: LoadPlan) throws(InvalidText) {
        sources = try plan.sources.map { text throws(InvalidText) in try Self.source(text) }
        let host = plan.target.host
        var candidates = try Self.resolve(host, port: plan.target.port)
        if let source = sources.first {
            candidates.removeAll { $0.family != source.family }
            guard !candidates.isEmpty, sources.allSatisfy({ $0.family == source.family }) else {
                throw InvalidText("--source and \(host) must all be of one kind, IPv4 or IPv6")
            }
        }
        target = Self.first(of: candidates, from: sources.first)
    }

    static func resolve(_ host: String, port: UInt16) throws(InvalidText) -> [SocketAddress] {
        do throws(ResolveFailure) {
            return try SocketAddress.resolve(host: host, port: port)
        } catch {
            throw InvalidText("\(error.host) has no address: \(error.reason)")
        }
    }

    private static func source(_ text: String) throws(InvalidText) -> SocketAddress {
        guard let address = try resolve(text, port: 0).first else { throw InvalidText("\(text) has no address") }
        do throws(SystemFailure) {
            _ = try ListeningSocket.tcp(address)
            return address
        } catch {
            throw InvalidText("--source \(text) cannot be used: \(error.reason)")
        }
    }

    /// The first that takes a connection; without one, the first: the run will say what was the matter. A name with two addresses
    /// often has its server on one of them alone, as `localhost` has.
    package static func first(of candidates: [SocketAddress], from source: SocketAddress?) -> SocketAddress {
        guard candidates.count > 1 else { return candidates[0] }
        let answering = candidates.first { address in
            guard let loop = try? EventLoop() else { return false }
            let probe = ConnectProbe(loop: loop, connectingTo: address, from: source)
            probe.open()
            probe.deadline = loop.now + patience
            loop.run()
            return probe.hasConnected
        }
        return answering ?? candidates[0]
    }
}

/// Whether somebody takes a connection: stops its loop once it knows.
private final class ConnectProbe: StreamSocket {
    private(set) var hasConnected = false

    override func connected() {
        hasConnected = true
        close()
    }

    override func timedOut() { close() }
    override func closed() { loop.stop() }
}
