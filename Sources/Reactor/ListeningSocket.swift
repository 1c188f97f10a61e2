/// Makes bound, listening sockets: TCP ones that several threads share by SO_REUSEPORT, and Unix-domain ones.
internal import CLinux
internal import Glibc

package final class ListeningSocket: Sendable {
    let descriptor: Descriptor
    /// All threads listen on the same open file, instead of one each by SO_REUSEPORT.
    package let isShared: Bool
    /// Whether it is a Unix-domain socket.
    package let isLocal: Bool
    /// The address the kernel gave; tells the port when 0 was asked for.
    package let address: SocketAddress

    /// Connections the kernel queues for us; it caps the number at net.core.somaxconn.
    private static let backlog: Int32 = 4_096

    private init(
        descriptor: consuming Descriptor, isLocal: Bool, address: SocketAddress, isShared: Bool = false
    ) {
        self.isShared = isLocal || isShared
        self.descriptor = descriptor
        self.isLocal = isLocal
        self.address = address
    }

    /// Listens on a TCP address. Several sockets on the same address share the connections.
    package static func tcp(_ address: SocketAddress) throws(SystemFailure) -> ListeningSocket {
        let descriptor = try make(address.family == .ipv4 ? AF_INET : AF_INET6)
        SocketOptions.set(descriptor.raw, SOL_SOCKET, SO_REUSEADDR)
        SocketOptions.set(descriptor.raw, SOL_SOCKET, SO_REUSEPORT)
        if address.family == .ipv6 {
            // `[::]` would otherwise take the IPv4 port as well and collide with a listener on `0.0.0.0`.
            SocketOptions.set(descriptor.raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY)
        }
        let number = descriptor.raw
        try address.withRaw { raw, length throws(SystemFailure) in
            _ = try SystemFailure.check("bind", bind(number, raw, length))
        }
        // Connections get it from here.
        SocketOptions.noDelay(number)
        _ = try SystemFailure.check("listen", listen(number, backlog))
        return ListeningSocket(descriptor: descriptor, isLocal: false, address: try name(of: number))
    }

    /// Whether some program listens there already. SO_REUSEPORT lets a second server of the same user bind silently
    /// and take half of the connections; an operator wants to hear of it.
    package static func isTaken(_ address: SocketAddress) -> Bool {
        guard address.port != 0, let descriptor = try? make(address.family == .ipv4 ? AF_INET : AF_INET6) else {
            return false
        }
        SocketOptions.set(descriptor.raw, SOL_SOCKET, SO_REUSEADDR)
        if address.family == .ipv6 { SocketOptions.set(descriptor.raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        let number = descriptor.raw
        do throws(SystemFailure) {
            try address.withRaw { raw, length throws(SystemFailure) in
                _ = try SystemFailure.check("bind", bind(number, raw, length))
            }
            return false
        } catch {
            return error.isAddressInUse
        }
    }

    /// Listens on a Unix-domain socket at `path`; a socket file nobody listens on any more is replaced.
    package static func unix(path: String) throws(SystemFailure) -> ListeningSocket {
        let descriptor = try make(AF_UNIX)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw SystemFailure(call: "bind", code: ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        removeIfStale(address, path: path)
        try withUnix(address) { raw, length throws(SystemFailure) in
            _ = try SystemFailure.check("bind", bind(descriptor.raw, raw, length))
        }
        _ = try SystemFailure.check("listen", listen(descriptor.raw, backlog))
        return ListeningSocket(descriptor: descriptor, isLocal: true, address: .unix)
    }

    /// Takes a listening socket that the process was started with.
    package static func inherited(_ number: Int32) throws(SystemFailure) -> ListeningSocket {
        var isListening: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = try SystemFailure.check(
            "getsockopt", getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length))
        guard isListening != 0 else { throw SystemFailure(call: "listen", code: EINVAL) }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
        let address = try name(of: number)
        if address.family != .unix { SocketOptions.noDelay(number) }
        return ListeningSocket(
            descriptor: Descriptor(owning: number), isLocal: address.family == .unix, address: address, isShared: true)
    }

    /// Another handle on the same socket, for another thread's loop.
    package func duplicate() throws(SystemFailure) -> ListeningSocket {
        let number = try SystemFailure.check("fcntl", fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 0))
        return ListeningSocket(
            descriptor: Descriptor(owning: number), isLocal: isLocal, address: address, isShared: isShared)
    }

    private static func make(_ family: Int32) throws(SystemFailure) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return Descriptor(owning: try SystemFailure.check("socket", socket(family, type, 0)))
    }

    static func name(of number: Int32) throws(SystemFailure) -> SocketAddress {
        try address("getsockname") { getsockname(number, $0, $1) }
    }

    static func peer(of number: Int32) throws(SystemFailure) -> SocketAddress {
        try address("getpeername") { getpeername(number, $0, $1) }
    }

    private static func address(
        _ call: StaticString, _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws(SystemFailure) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask($0, &length) }
        }
        _ = try SystemFailure.check(call, result)
        return withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { SocketAddress($0) ?? .unix }
        }
    }

    /// A socket file left by a process that died would make bind fail for ever.
    private static func removeIfStale(_ address: sockaddr_un, path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        guard let probe = try? make(AF_UNIX) else { return }
        let refused = try? withUnix(address) { raw, length in
            connect(probe.raw, raw, length) != 0 && errno == ECONNREFUSED
        }
        if refused == true { unlink(path) }
    }

    private static func withUnix<R>(
        _ address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemFailure) -> R
    ) throws(SystemFailure) -> R {
        try withUnsafeBytes(of: address) { bytes throws(SystemFailure) in
            try body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }
}
