/// News for whoever supervises this process, one datagram each (sd_notify(3)). Knows the socket; what is worth telling is the
/// owner's business.
internal import CLinux
internal import Glibc

package final class NotifySocket: Sendable {
    private let descriptor: Descriptor
    private let address: [UInt8]

    /// - Parameter path: of a Unix socket; `@` in front is for the abstract namespace.
    package init?(path: String) {
        var bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        guard bytes.count > 1, bytes.count < room, bytes[0] == UInt8(ascii: "/") || bytes[0] == UInt8(ascii: "@") else {
            return nil
        }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        address = bytes
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { return nil }
        descriptor = Descriptor(owning: number)
    }

    /// A supervisor that does not listen misses it.
    package func send(_ text: String) {
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address) }
        // An abstract name has no closing zero: its length is part of it.
        let length = MemoryLayout<sa_family_t>.size + address.count
        let number = descriptor.raw
        withUnsafeBytes(of: target) { raw in
            guard let base = raw.baseAddress else { return }
            let bytes = Array(text.utf8)
            _ = sendto(
                number, bytes, bytes.count, Int32(MSG_NOSIGNAL), base.assumingMemoryBound(to: sockaddr.self),
                socklen_t(length))
        }
    }
}
