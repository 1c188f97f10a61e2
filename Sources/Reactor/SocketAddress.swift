/// An address of a peer or a listener, small enough to keep per session. Knows IPv4, IPv6 and "some Unix socket".
package import Bytes
internal import CLinux
internal import Glibc

package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Family: UInt8, Sendable {
        case ipv4
        case ipv6
        /// A Unix-domain socket; the path is the listener's business.
        case unix
    }

    package let family: Family
    package let port: UInt16
    /// Interface of a link-local IPv6 address, else 0.
    private let scope: UInt32
    /// The address in network byte order, IPv4 in the first four bytes.
    private let high: UInt64
    private let low: UInt64

    package static let unix = SocketAddress(family: .unix, port: 0, scope: 0, high: 0, low: 0)

    private init(family: Family, port: UInt16, scope: UInt32, high: UInt64, low: UInt64) {
        self.family = family
        self.port = port
        self.scope = scope
        self.high = high
        self.low = low
    }

    /// The addresses that a literal or a host name stands for. A name blocks on the resolver: start-up and helper
    /// threads only.
    package static func resolve(host: String, port: UInt16) throws(ResolveFailure) -> [SocketAddress] {
        try resolve(host, port, AI_NUMERICSERV)
    }

    /// What a literal address stands for, also one with a zone, whose number the system knows (`fe80::1%eth0`). Asks nobody;
    /// nil for what is none.
    package static func literal(_ host: String, port: UInt16) -> SocketAddress? {
        (try? resolve(host, port, AI_NUMERICSERV | AI_NUMERICHOST))?.first
    }

    private static func resolve(_ host: String, _ port: UInt16, _ flags: Int32) throws(ResolveFailure)
        -> [SocketAddress]
    {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &list)
        guard status == 0 else { throw ResolveFailure(host: host, reason: String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = list
        while let current = entry {
            if let raw = current.pointee.ai_addr, let address = SocketAddress(raw), !addresses.contains(address) {
                addresses.append(address)
            }
            entry = current.pointee.ai_next
        }
        return addresses
    }

    init?(_ raw: UnsafePointer<sockaddr>) {
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            let address = UnsafeRawPointer(raw).load(as: sockaddr_in.self)
            self.init(
                family: .ipv4, port: UInt16(bigEndian: address.sin_port), scope: 0,
                high: UInt64(UInt32(bigEndian: address.sin_addr.s_addr)) << 32, low: 0)
        case AF_INET6:
            let address = UnsafeRawPointer(raw).load(as: sockaddr_in6.self)
            let words = withUnsafeBytes(of: address.sin6_addr) { bytes in
                (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(
                family: .ipv6, port: UInt16(bigEndian: address.sin6_port), scope: address.sin6_scope_id,
                high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
        case AF_UNIX:
            self = .unix
        default:
            return nil
        }
    }

    /// The address in the kernel's form, for one call.
    func withRaw<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemFailure) -> R) throws(SystemFailure) -> R
    {
        var storage = sockaddr_storage()
        let length: Int
        switch family {
        case .ipv4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: high >> 32).bigEndian
            length = MemoryLayout<sockaddr_in>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
        case .ipv6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
                bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            length = MemoryLayout<sockaddr_in6>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
        case .unix:
            throw SystemFailure(call: "address of a Unix socket", code: EAFNOSUPPORT)
        }
        return try withUnsafeBytes(of: &storage) { bytes throws(SystemFailure) in
            try body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
        }
    }

    package init(_ address: IPAddress, port: UInt16) {
        if let ipv4 = address.ipv4 {
            self.init(family: .ipv4, port: port, scope: 0, high: UInt64(ipv4) << 32, low: 0)
        } else {
            self.init(family: .ipv6, port: port, scope: 0, high: address.high, low: address.low)
        }
    }

    /// Nil for a Unix socket.
    package var ip: IPAddress? {
        switch family {
        case .unix: nil
        case .ipv4: IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 32))
        case .ipv6: IPAddress(high: high, low: low)
        }
    }

    /// Whether the other end is on this machine: 127.0.0.0/8, ::1, their mapped form, or a Unix socket.
    package var isLoopback: Bool {
        switch family {
        case .unix: true
        case .ipv4: high >> 56 == 127
        case .ipv6: high == 0 && (low == 1 || low >> 24 == 0xFFFF_7F)
        }
    }

    /// What limits per address count by: the IPv4 address (mapped ones too), or the /64 network of an IPv6 address.
    package var limitKey: UInt64 {
        switch family {
        case .unix: 0
        case .ipv4: high >> 32 | 1 << 32
        case .ipv6: high == 0 && low >> 32 == 0xFFFF ? low & 0xFFFF_FFFF | 1 << 32 : high
        }
    }

    /// The address without the port.
    package var host: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        var words = (high.bigEndian, low.bigEndian)
        switch family {
        case .unix: return "unix"
        case .ipv4: inet_ntop(AF_INET, &words, &text, socklen_t(text.count))
        case .ipv6: inet_ntop(AF_INET6, &words, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package var description: String {
        switch family {
        case .unix: "unix"
        case .ipv4: "\(host):\(port)"
        case .ipv6: "[\(host)]:\(port)"
        }
    }
}

/// A host name that gave no address, and what the resolver says about it.
package struct ResolveFailure: Error, Equatable {
    package let host: String
    package let reason: String

    package init(host: String, reason: String) {
        self.host = host
        self.reason = reason
    }
}
