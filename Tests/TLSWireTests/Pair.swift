/// A client and a server that talk through byte queues, cut as a test wants it.
import Bytes
import TLSWire

final class Pair {
    let client: TLSEngine
    let server: TLSEngine
    let pool = BufferPool()
    /// What each side read, in plain.
    private(set) var clientRead: [UInt8] = []
    private(set) var serverRead: [UInt8] = []
    /// Cipher bytes of each direction, all of them.
    private(set) var toServer: [UInt8] = []
    private(set) var toClient: [UInt8] = []
    var clientFailure: TLSFailure?
    var serverFailure: TLSFailure?
    private let piece: Int

    /// - Parameter piece: bytes that are handed over at once.
    init(
        _ server: TLSServer, _ client: TLSClient, domain: String = "edge.test", pins: [[UInt8]] = [],
        isDirect: Bool = false, piece: Int = .max
    ) {
        self.server = TLSEngine(server: server)
        let wanted = WantedServer(
            isDirect ? .directXMPP : .xmpp, domain: domain, server: "127.0.0.1:5222", pins: pins)
        self.client = TLSEngine(client: client, wanted: wanted)
        self.piece = piece
    }

    init(_ server: TLSServer, _ client: TLSClient, wanted: WantedServer) {
        self.server = TLSEngine(server: server)
        self.client = TLSEngine(client: client, wanted: wanted)
        piece = .max
    }

    /// Both sides until they have nothing more to say.
    func shakeHands() {
        var first = ByteBuffer()
        do throws(TLSFailure) { try client.begin(output: &first, pool: pool) } catch { clientFailure = error }
        exchange(fromClient: take(&first))
    }

    /// Lets bytes of the client, then of the server, go to and fro until both are silent.
    func exchange(fromClient: [UInt8] = [], fromServer: [UInt8] = []) {
        var (up, down) = (fromClient, fromServer)
        while !up.isEmpty || !down.isEmpty {
            toServer += up
            toClient += down
            let answers = give(down, to: client, &clientRead, &clientFailure)
            down = give(up, to: server, &serverRead, &serverFailure)
            up = answers
        }
    }

    private func give(
        _ bytes: [UInt8], to engine: TLSEngine, _ read: inout [UInt8], _ failure: inout TLSFailure?
    ) -> [UInt8] {
        var plain = ByteBuffer()
        var output = ByteBuffer()
        var rest = bytes[...]
        while !rest.isEmpty && failure == nil {
            let part = rest.prefix(piece)
            rest = rest.dropFirst(part.count)
            do throws(TLSFailure) {
                try part.withUnsafeBufferPointer { part throws(TLSFailure) in
                    try engine.receive(part.span, plain: &plain, output: &output, pool: pool)
                }
            } catch {
                failure = error
            }
        }
        read += take(&plain)
        return take(&output)
    }

    func clientSends(_ bytes: [UInt8]) throws { exchange(fromClient: try sealed(bytes, by: client)) }
    func serverSends(_ bytes: [UInt8]) throws { exchange(fromServer: try sealed(bytes, by: server)) }

    func sealed(_ bytes: [UInt8], by engine: TLSEngine) throws -> [UInt8] {
        var output = ByteBuffer()
        try engine.send(bytes.span, output: &output, pool: pool)
        return take(&output)
    }

    func ending(of engine: TLSEngine) -> [UInt8] {
        var output = ByteBuffer()
        engine.finish(output: &output, pool: pool)
        return take(&output)
    }

    private func take(_ buffer: inout ByteBuffer) -> [UInt8] {
        let bytes = buffer.withSpan { [UInt8](copying: $0) }
        buffer.release(to: pool)
        return bytes
    }
}
