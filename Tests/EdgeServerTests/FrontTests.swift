import EdgeServer
import Foundation
import Testing

private struct Silence: EdgeLog {
    func sessionBegan(_ session: SessionReport) {}
    func sessionEnded(_ session: SessionReport, _ reason: EndReason) {}
    func notice(_ sentence: String) {}
    func warning(_ sentence: String) {}
    func problem(_ sentence: String) {}
}

/// The edge with one worker in front of a folder with a page and a large file, on a port from the kernel.
private final class Served {
    private let edge: Edge
    private let folder = FileManager.default.temporaryDirectory.appending(path: "edge-front-\(UUID().uuidString)")
    let port: UInt16
    static let page = "<!doctype html>"
    /// Larger than the kernel's buffers of both ends together.
    static let large = [UInt8]((0..<12_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })

    init(_ change: (inout Settings) -> Void = { _ in }) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Self.page.utf8).write(to: folder.appending(path: "index.html"))
        try Data(Self.large).write(to: folder.appending(path: "large.bin"))
        var settings = Settings()
        settings.listeners = [.tcp(host: "127.0.0.1", port: 0)]
        settings.admin = nil
        settings.workers = 1
        settings.publicFolder = folder.path
        change(&settings)
        edge = try Edge(settings: settings, log: Silence())
        try edge.start()
        port = try #require(edge.addresses.first?.split(separator: ":").last.flatMap { UInt16($0) })
    }

    deinit {
        edge.stop()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// A blocking client that does what it is told and nothing else.
private final class Client {
    private let descriptor: Int32

    init(_ served: Served, receiveBuffer: Int32 = 0) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if receiveBuffer > 0 {
            var size = receiveBuffer
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = served.port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    deinit { close(descriptor) }

    func send(_ text: String) { #expect(offer(text)) }

    /// Whether the text could leave: a server that has refused the connection may have closed it by now.
    func offer(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything up to the end of the connection; nil when it broke or nothing came for too long.
    func rest() -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}

@Suite struct FrontTests {
    private static func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    /// The bodies of answers that have a length, and what does not fit in.
    private func bodies(_ bytes: [UInt8]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                .flatMap { Int($0.dropFirst(16)) }
            let body = rest[end.upperBound...].prefix(length ?? 0)
            result.append(Array(body))
            rest = rest[body.endIndex...]
        }
        return result
    }

    @Test(
        "H1-034, H1-038: pipelined answers larger than all buffers arrive in order, also when the client has finished")
    func pipelinedLargeAnswers() throws {
        let served = try Served()
        let client = try Client(served, receiveBuffer: 8_192)
        client.send(Self.get("/large.bin") + Self.get("/") + Self.get("/large.bin") + Self.get("/"))
        client.finish()
        let bodies = bodies(try #require(client.rest()))
        #expect(bodies.map(\.count) == [Served.large.count, 15, Served.large.count, 15])
        #expect(bodies.first == Served.large && bodies.last == Array(Served.page.utf8))
    }

    @Test("H1-033: the last of several answers closes the connection, whatever follows in the input")
    func lastAnswer() throws {
        let served = try Served()
        let client = try Client(served)
        client.send(Self.get("/") + Self.get("/large.bin", "Connection: close\r\n") + Self.get("/"))
        let bodies = bodies(try #require(client.rest()))
        #expect(bodies.map(\.count) == [15, Served.large.count])
    }

    @Test("H1-037: a client that does not read its answer is given up")
    func slowReader() throws {
        let served = try Served {
            $0.limits.timeToWrite = 200
            $0.limits.connections = 1
        }
        let client = try Client(served, receiveBuffer: 8_192)
        client.send(Self.get("/large.bin"))
        // It reads nothing before its place is free again.
        #expect(try letsSomebodyIn(served))
        let got = client.rest()
        #expect(got.map(\.count) ?? 0 < Served.large.count)
    }

    @Test("H1-037: an idle connection and one with an unfinished head end without a word")
    func waiting() throws {
        let hasty = try Served { $0.limits.timeToHead = 200 }
        let silent = try Client(hasty)
        #expect(silent.rest() == [])
        let served = try Served { $0.limits.keepAliveIdle = 200 }
        let idle = try Client(served)
        idle.send(Self.get("/"))
        #expect(bodies(try #require(idle.rest())) == [Array(Served.page.utf8)])
        // Longer than this thread may be kept from sending once it is connected.
        let patient = try Served { $0.limits.timeToHead = 5_000 }
        let slow = try Client(patient)
        slow.send(Self.get("/") + "GET / HT")
        #expect(bodies(try #require(slow.rest())) == [Array(Served.page.utf8)])
    }

    @Test("H1-044: a connection over the limit gets 503 with Retry-After, and one that ends makes room")
    func tooManyConnections() throws {
        let served = try Served { $0.limits.connections = 1 }
        do {
            let first = try Client(served)
            first.send(Self.get("/"))
            let second = try Client(served)
            let refusal = String(decoding: try #require(second.rest()), as: UTF8.self)
            #expect(refusal.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(refusal.contains("\r\nRetry-After: 5\r\n"))
            first.finish()
            #expect(bodies(try #require(first.rest())).count == 1)
        }
        // The count falls a moment after the client sees the end.
        #expect(try letsSomebodyIn(served))
    }

    /// Whether a connection gets the page, sooner or later.
    private func letsSomebodyIn(_ served: Served) throws -> Bool {
        for _ in 0..<600 {
            let client = try Client(served)
            let hasLeft = client.offer(Self.get("/", "Connection: close\r\n"))
            if hasLeft, client.rest().map(bodies)?.first == Array(Served.page.utf8) { return true }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return false
    }
}
