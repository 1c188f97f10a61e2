/// The start and the end of a non-blocking connect. Knows sockets; does not wait.
internal import CLinux
internal import Glibc

enum Connecting {
    /// A descriptor that is connecting, and 0 or the error that met it at once; -1 when there is no descriptor.
    /// - Parameter source: our own address; the kernel chooses the port, and the address where there is none.
    static func start(_ address: SocketAddress, from source: SocketAddress?) -> (descriptor: Int32, error: Int32) {
        let family = address.family == .ipv4 ? AF_INET : AF_INET6
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(family, type, 0)
        guard number >= 0 else { return (-1, errno) }
        SocketOptions.noDelay(number)
        do throws(SystemFailure) {
            if let source { try bindSource(number, to: source) }
            let result = try address.withRaw { raw, length in
                connect(number, raw, length)
            }
            return (number, result == 0 || errno == EINPROGRESS ? 0 : errno)
        } catch {
            return (number, error.code)
        }
    }

    /// The port is chosen at connect, so that the ports of one source address can serve several targets.
    private static func bindSource(_ number: Int32, to source: SocketAddress) throws(SystemFailure) {
        SocketOptions.set(number, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT)
        try source.withRaw { raw, length throws(SystemFailure) in
            _ = try SystemFailure.check("bind", bind(number, raw, length))
        }
    }

    /// Whether the connection stands already.
    static func stands(_ descriptor: Int32) -> Bool {
        (try? ListeningSocket.peer(of: descriptor)) != nil
    }

    /// The error that waits on the socket, 0 for none.
    static func result(_ descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 else { return errno }
        return error
    }
}

/// Socket options by their purpose.
enum SocketOptions {
    /// A stanza leaves when it is written: Nagle's delay would only add latency, we gather ourselves.
    static func noDelay(_ descriptor: Int32) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32) {
        var on: Int32 = 1
        _ = setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }
}
