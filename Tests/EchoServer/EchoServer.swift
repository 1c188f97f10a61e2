import Glibc
import Reactor

/// A WebSocket echo server on a loopback port of the kernel's choice, built from the product's own rooms, for
/// conformance suites to drive. Knows its own life only; prints the port and runs until it is killed.
@main struct EchoServer {
    static func main() throws {
        let loop = try EventLoop()
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: 0)[0]
        let socket = try ListeningSocket.tcp(address)
        print(socket.address.port)
        fflush(nil)
        let listener = Listener(loop: loop, socket: socket) { descriptor, _ in
            EchoConnection(loop: loop, connected: descriptor).open()
        }
        try listener.open()
        loop.run()
    }
}
