import Glibc
import Reactor
import Testing

@Suite struct ListenerTests {
    /// A path in a folder of its own.
    private func freshPath() throws -> String {
        var template = Array("/tmp/xmpp-edge-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/socket"
    }

    private func remove(_ path: String) {
        unlink(path)
        rmdir(String(path.dropLast("/socket".utf8.count)))
    }

    private func connectTo(_ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return number }
        close(number)
        return -1
    }

    @Test func listensOnAUnixSocketSharedByTwoLoops() throws {
        let path = try freshPath()
        defer { remove(path) }
        let socket = try ListeningSocket.unix(path: path)
        let loops = [try EventLoop(), try EventLoop()]
        var accepted = 0
        var peers: [SocketAddress] = []
        for (index, loop) in loops.enumerated() {
            let share = index == 0 ? socket : try socket.duplicate()
            let listener = Listener(loop: loop, socket: share) { _, peer in
                accepted += 1
                peers.append(peer)
            }
            try listener.open()
        }
        let clients = (0..<10).map { _ in connectTo(path) }
        defer { clients.forEach { close($0) } }
        #expect(!clients.contains(-1))
        for _ in 0..<100 where accepted < 10 { loops.forEach { $0.turn(atMost: 5) } }
        #expect(accepted == 10)
        #expect(peers.allSatisfy { $0 == .unix && $0.isLoopback })
    }

    @Test func replacesASocketFileNobodyListensOnButNoOther() throws {
        let path = try freshPath()
        defer { remove(path) }
        do { _ = try ListeningSocket.unix(path: path) }
        let second = try ListeningSocket.unix(path: path)
        #expect(throws: SystemFailure.self) { try ListeningSocket.unix(path: path) }
        #expect(second.isLocal)
    }

    @Test func refusesAPathThatIsTooLong() {
        #expect(throws: SystemFailure.self) {
            try ListeningSocket.unix(path: "/tmp/" + String(repeating: "x", count: 200))
        }
    }

    /// Kernels can be without it.
    private static let hasIPv6: Bool = {
        let number = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        if number >= 0 { close(number) }
        return number >= 0 || errno != EAFNOSUPPORT
    }()

    @Test(.enabled(if: hasIPv6, "this kernel has no IPv6"))
    func acceptsOnIPv6BesideIPv4OnTheSamePort() throws {
        let four = try ListeningSocket.tcp(try SocketAddress.resolve(host: "0.0.0.0", port: 0)[0])
        let six = try ListeningSocket.tcp(try SocketAddress.resolve(host: "::", port: four.address.port)[0])
        #expect(six.address.port == four.address.port)
    }

    @Test func aClosedListenerAcceptsNoMore() throws {
        let loop = try EventLoop()
        let socket = try ListeningSocket.tcp(try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0])
        var accepted = 0
        let listener = Listener(loop: loop, socket: socket) { _, _ in accepted += 1 }
        try listener.open()
        listener.close()
        // The port stays ours meanwhile.
        withExtendedLifetime(socket) {
            let client = Recorder(loop: loop, connectingTo: socket.address)
            client.open()
            for _ in 0..<10 { loop.turn(atMost: 5) }
            #expect(accepted == 0)
            client.close()
        }
    }
}
