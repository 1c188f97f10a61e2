/// What a log may say of a session: who, when, how much. Has no room for what was said, nor for names or credentials.
package import Reactor

package struct SessionReport: Sendable {
    /// Random; only a name to find the lines of one session by. Gives no access to anything.
    package var id: UInt64
    package var client: SocketAddress
    package var transport: Transport
    /// Empty until the browser named one that is served here.
    package var domain: String
    /// `host:port`; empty until there is one.
    package var upstream: String
    /// Milliseconds since it began.
    package var duration: UInt64
    /// Milliseconds from its begin to the end of login; nil when nobody logged in.
    package var timeToLogin: UInt64?
    /// From the browser to the server.
    package var sent = Traffic()
    /// From the server to the browser.
    package var received = Traffic()

    package enum Transport: String, Sendable {
        case webSocket = "websocket"
        case bosh
    }

    package struct Traffic: Sendable, Equatable {
        package var bytes: Int
        package var messages: Int

        package init(bytes: Int = 0, messages: Int = 0) {
            self.bytes = bytes
            self.messages = messages
        }
    }

    package init(
        id: UInt64, client: SocketAddress, transport: Transport = .webSocket, domain: String = "",
        upstream: String = "", duration: UInt64 = 0, timeToLogin: UInt64? = nil
    ) {
        self.id = id
        self.client = client
        self.transport = transport
        self.domain = domain
        self.upstream = upstream
        self.duration = duration
        self.timeToLogin = timeToLogin
    }

    /// The id as sixteen hexadecimal digits.
    package var name: String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    package var clientHost: String { client.host }
}
