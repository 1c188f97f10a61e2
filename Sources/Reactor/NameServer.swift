/// One question to a name server and the answer, as bytes. Knows the system's resolver (resolv.conf, repetition, TCP); what the
/// bytes mean is others' business.
internal import CLinux
internal import Glibc

package enum NameServer {
    /// Bytes of the longest message (RFC 1035 section 4.2.2).
    private static let maxMessage = 65_535
    /// Until a server is asked again, or the next one: a lost datagram must not cost somebody's whole patience.
    private static let seconds: Int32 = 2

    /// Blocks for some seconds where nobody answers: helper threads only.
    /// - Parameter server: nil for those that the system is set to.
    package static func ask(_ query: [UInt8], server: SocketAddress?) throws(SystemFailure) -> [UInt8] {
        var failure: SystemFailure?
        let answer = [UInt8](unsafeUninitializedCapacity: maxMessage) { buffer, count in
            do throws(SystemFailure) {
                count = Int(max(try ask(query, server, UnsafeMutableBufferPointer(rebasing: buffer[...])), 0))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return answer
    }

    private static func ask(
        _ query: [UInt8], _ server: SocketAddress?, _ room: UnsafeMutableBufferPointer<UInt8>
    ) throws(SystemFailure) -> Int32 {
        let length = Int32(clamping: query.count)
        let size = Int32(clamping: room.count)
        guard let server else {
            return try SystemFailure.check(
                "res_nsend", clinux_ask_name_server(query, length, nil, seconds, room.baseAddress, size))
        }
        return try server.withRaw { raw, _ throws(SystemFailure) in
            try SystemFailure.check(
                "res_nsend", clinux_ask_name_server(query, length, raw, seconds, room.baseAddress, size))
        }
    }
}

extension SystemFailure {
    /// Nobody answered in time.
    package var isTimeout: Bool { code == ETIMEDOUT }
}
