/// The order in which a session tries servers: by priority, and by chance within one, each server as often as its weight says
/// (RFC 2782). Knows no clock and no health: who leaves out servers does that before.
package import Reactor

package enum CandidateOrder {
    /// - Parameter random: a number from 0 to its argument, inclusive.
    package static func draw(
        _ candidates: [Candidate], random: (UInt32) -> UInt32 = { .random(in: 0...$0) }
    ) -> [Candidate] {
        guard candidates.count > 1 else { return candidates }
        var groups = servers(candidates)
        groups.sort { $0.priority < $1.priority }
        var order: [Candidate] = []
        order.reserveCapacity(candidates.count)
        while let first = groups.first {
            let rivals = groups.prefix { $0.priority == first.priority }
            let winner = pick(rivals, random)
            order += groups.remove(at: winner).candidates
        }
        return order
    }

    private struct Server {
        let key: Key
        let priority: UInt16
        let weight: UInt16
        var candidates: [Candidate]
    }

    /// What makes a record of its own.
    private struct Key: Hashable {
        let server: String
        let security: TransportSecurity
        let priority: UInt16
        let weight: UInt16
    }

    /// The addresses of each server together; those without weight in front, as the standard has it.
    private static func servers(_ candidates: [Candidate]) -> [Server] {
        var groups: [Server] = []
        for candidate in candidates {
            let key = Key(
                server: candidate.server, security: candidate.security, priority: candidate.priority,
                weight: candidate.weight)
            if let place = groups.firstIndex(where: { $0.key == key }) {
                groups[place].candidates.append(candidate)
            } else {
                groups.append(
                    Server(key: key, priority: key.priority, weight: key.weight, candidates: [candidate]))
            }
        }
        return groups.filter { $0.weight == 0 } + groups.filter { $0.weight > 0 }
    }

    /// RFC 2782: a number up to the sum of the weights, and the first server whose running sum reaches it.
    private static func pick(_ rivals: ArraySlice<Server>, _ random: (UInt32) -> UInt32) -> Int {
        let sum = rivals.reduce(UInt32(0)) { $0 &+ UInt32($1.weight) }
        // All without weight are equal; the letter of the standard would always begin with the same one.
        if sum == 0 { return rivals.startIndex + Int(min(random(UInt32(rivals.count - 1)), UInt32(rivals.count - 1))) }
        let number = random(sum)
        var running: UInt32 = 0
        for place in rivals.indices {
            running &+= UInt32(rivals[place].weight)
            if running >= number { return place }
        }
        return rivals.index(before: rivals.endIndex)
    }
}

extension CandidateOrder {
    /// IPv6 and IPv4 in turn, beginning with IPv6 (RFC 8305 section 4).
    package static func alternating(_ addresses: [SocketAddress]) -> [SocketAddress] {
        let newer = addresses.filter { $0.family == .ipv6 }
        let older = addresses.filter { $0.family != .ipv6 }
        var order: [SocketAddress] = []
        for index in 0..<max(newer.count, older.count) {
            if index < newer.count { order.append(newer[index]) }
            if index < older.count { order.append(older[index]) }
        }
        return order
    }
}
