/// One thread's look at what the resolver knows: answers at once where something is known, keeps those who wait for it
/// otherwise. Knows no DNS.
internal import Reactor

final class Lookups {
    /// What is known of `name` now. Nil when it has to be asked for: then `waiter` is told, unless it leaves before.
    func find(_ name: ServerName, for waiter: any LookupWaiter) -> Lookup? {
        guard case .host(let host, let port, let security) = name,
            let found = try? SocketAddress.resolve(host: host, port: port)
        else { return .failed(.unknown) }
        let isLoopback = found.allSatisfy(\.isLoopback)
        let server = HostAndPort(host: host, port: port).description
        return .found(
            found.map {
                Candidate(address: $0, security: security.resolved(isLoopback: isLoopback), server: server)
            })
    }

    /// It does not wait any more.
    func leave(_ waiter: any LookupWaiter, _ name: ServerName) {}
}
