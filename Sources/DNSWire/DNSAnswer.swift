/// What a name server's message says about one question. Knows addresses, services, aliases and how long they hold; does
/// not know what is done with them.
package import Bytes

package struct DNSAnswer: Equatable, Sendable {
    package var addresses: [IPAddress] = []
    package var services: [DNSService] = []
    /// The last name of the chain of aliases, where nothing was said about it: ask for that one.
    package var alias: DNSName?
    /// There is no such name (NXDOMAIN); otherwise it may have records of another kind.
    package var isUnknown = false
    /// Seconds: the shortest of all that led to what is here. Nil where nobody said for how long there is nothing (RFC 2308
    /// section 5).
    package var life: UInt32?

    package init() {}

    package var isEmpty: Bool { addresses.isEmpty && services.isEmpty && alias == nil }
}

/// One server of a service (RFC 2782).
package struct DNSService: Hashable, Sendable {
    /// Lower ones first.
    package let priority: UInt16
    package let weight: UInt16
    package let port: UInt16
    /// The root where the service is not offered.
    package let target: DNSName

    package init(priority: UInt16, weight: UInt16, port: UInt16, target: DNSName) {
        self.priority = priority
        self.weight = weight
        self.port = port
        self.target = target
    }
}
