import EdgeServer
import Foundation
import Logging
import Reactor
import Testing
import xmpp_edge

@Suite struct SessionLogTests {
    /// What a log writes into a pipe.
    private static func written(
        _ format: LogFormat, _ level: LogLevel = .info, _ body: (SessionLog) throws -> Void
    ) throws -> [String] {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let handler = LineLogHandler(format: format, level: level, writer: writer)
        try body(SessionLog(Logger(label: "xmpp-edge", factory: { _ in handler })))
        writer.flush(within: 10_000)
        try pipe.fileHandleForWriting.close()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func report() throws -> SessionReport {
        let client = try #require(try SocketAddress.resolve(host: "192.0.2.7", port: 4_711).first)
        var report = SessionReport(
            id: 0xAB, client: client, domain: "example.org", upstream: "127.0.0.1:5222", duration: 12_345,
            timeToLogin: 210)
        report.sent = .init(bytes: 100, messages: 3)
        report.received = .init(bytes: 2_000, messages: 5)
        return report
    }

    @Test("PT-017: a session's lines say who, where, why, how long and how much, and have no room for more")
    func lines() throws {
        let lines = try Self.written(.text) { log in
            log.sessionBegan(SessionReport(id: 0xAB, client: try Self.report().client))
            log.sessionEnded(try Self.report(), .limit(.timeToLogin))
        }
        try #require(lines.count == 2)
        #expect(lines[0].hasSuffix(" info session began session=00000000000000ab client=192.0.2.7 transport=websocket"))
        #expect(
            lines[1].hasSuffix(
                " info session ended session=00000000000000ab client=192.0.2.7 transport=websocket domain=example.org "
                    + "upstream=127.0.0.1:5222 reason=limit detail=time-to-login login_ms=210 total_ms=12345 "
                    + "bytes_sent=100 messages_sent=3 bytes_received=2000 messages_received=5"))
    }

    @Test("The same as JSON, with numbers as numbers")
    func json() throws {
        let lines = try Self.written(.json) { $0.sessionEnded(try Self.report(), .clientClosed) }
        let line = try #require(lines.first)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["reason"] as? String == "client-closed")
        #expect(object["total_ms"] as? Int == 12_345)
        #expect(object["session"] as? String == "00000000000000ab")
        #expect(object["detail"] == nil)
    }

    @Test("Lines below the level are not written")
    func level() throws {
        let lines = try Self.written(.text, .warning) { log in
            log.sessionEnded(try Self.report(), .clientClosed)
            log.notice("reloaded")
            log.refused(try Self.report().client, .sessions)
            log.problem("broken")
        }
        #expect(lines.count == 2)
        #expect(lines[0].hasSuffix(" warning new session refused, limits.sessions is reached, client=192.0.2.7"))
        #expect(lines[1].hasSuffix(" error broken"))
    }
}
