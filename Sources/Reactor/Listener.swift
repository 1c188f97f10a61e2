/// A listening socket in a loop: accepts what comes, and stays calm when descriptors run out. Knows addresses; does not
/// know what is spoken on the connections.
internal import CLinux
internal import Glibc

package final class Listener: LoopMember {
    private let socket: ListeningSocket
    private let accepted: (consuming Descriptor, SocketAddress) -> Void
    /// A descriptor kept in reserve, so that a connection that meets the limit can be taken and closed at once
    /// instead of waiting in the queue and waking us for ever.
    private var reserve: Descriptor?
    /// Connections closed because descriptors ran out.
    package private(set) var refused = 0

    /// Connections accepted per wake-up: the others get their turn.
    private static let batch = 64
    /// Pause after descriptors ran out, in milliseconds.
    private static let rest: UInt64 = 100

    /// - Parameter socket: bound and listening, non-blocking.
    package init(
        loop: EventLoop, socket: ListeningSocket,
        accepted: @escaping (consuming Descriptor, SocketAddress) -> Void
    ) {
        self.socket = socket
        self.accepted = accepted
        super.init(loop: loop)
        reserve = Self.spare()
    }

    package func open() throws(SystemFailure) {
        loop.register(self)
        try watch()
    }

    /// Stops listening; connections that stand are not touched.
    package func close() {
        guard isRegistered else { return }
        try? loop.poller.remove(socket.descriptor.raw)
        loop.unregister(self)
    }

    package override func ready(_ readiness: Readiness) {
        for _ in 0..<Self.batch {
            guard acceptOne() else { return }
        }
    }

    package override func deadlineReached() {
        if reserve == nil { reserve = Self.spare() }
        do throws(SystemFailure) { try watch() } catch { deadline = loop.now + Self.rest }
    }

    private func watch() throws(SystemFailure) {
        // A shared socket is in all threads' loops; one of them is enough to wake.
        try loop.poller.add(socket.descriptor.raw, socket.isShared ? [.read, .exclusive] : .read, token: token)
    }

    /// Whether to go on.
    private func acceptOne() -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                clinux_accept4(socket.descriptor.raw, $0, &length, flags)
            }
        }
        guard number >= 0 else { return recover(from: errno) }
        let peer = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { SocketAddress($0) }
        }
        accepted(Descriptor(owning: number), peer ?? .unix)
        return true
    }

    private func recover(from code: Int32) -> Bool {
        switch code {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            refuseOne()
            return false
        case EAGAIN:
            return false
        default:
            // A connection that died in the queue (ECONNABORTED and the like) says nothing about the next one.
            return code != EBADF && code != EINVAL
        }
    }

    /// Takes one connection with the reserve descriptor and closes it, then rests: without the rest a full queue would
    /// keep the thread busy with refusing.
    private func refuseOne() {
        reserve = nil
        let number = clinux_accept4(socket.descriptor.raw, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        if number >= 0 {
            _ = Glibc.close(number)
            refused += 1
        }
        reserve = Self.spare()
        try? loop.poller.remove(socket.descriptor.raw)
        deadline = loop.now + Self.rest
    }

    private static func spare() -> Descriptor? {
        let number = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        return number >= 0 ? Descriptor(owning: number) : nil
    }
}
