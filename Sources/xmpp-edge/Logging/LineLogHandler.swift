/// swift-log's way to our log lines. Knows levels, fields and their order in a line.
package import EdgeServer
package import Logging

package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let format: LogFormat
    private let writer: LogWriter

    package init(format: LogFormat, level: LogLevel, writer: LogWriter) {
        self.format = format
        self.writer = writer
        logLevel = Logger.Level(level)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let more = metadataProvider?.get() { all.merge(more) { $1 } }
        if let more = event.metadata { all.merge(more) { $1 } }
        let line = LogLine(
            time: .now(), level: LogLevel(event.level), sentence: "\(event.message)", fields: Self.fields(all))
        writer.append { line.write(format, to: &$0) }
    }

    /// A dictionary has no order, a line that people read has one: who, where, why, how long, how much.
    private static let order = [
        "session", "client", "transport", "domain", "upstream", "reason", "detail", "login_ms", "total_ms",
        "bytes_sent", "messages_sent", "bytes_received", "messages_received",
    ]

    private static func fields(_ metadata: Logger.Metadata) -> [LogLine.Field] {
        guard !metadata.isEmpty else { return [] }
        let others = metadata.keys.filter { !order.contains($0) }.sorted()
        return (order + others).compactMap { name in metadata[name].map { (name, value($0)) } }
    }

    private static func value(_ value: Logger.MetadataValue) -> LogLine.Value {
        if case .stringConvertible(let number) = value, let number = number as? Int { return .number(Int64(number)) }
        return .text("\(value)")
    }
}

extension Logger.Level {
    init(_ level: LogLevel) {
        switch level {
        case .debug: self = .debug
        case .info: self = .info
        case .notice: self = .notice
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

extension LogLevel {
    init(_ level: Logger.Level) {
        switch level {
        case .trace, .debug: self = .debug
        case .info: self = .info
        case .notice: self = .notice
        case .warning: self = .warning
        case .error, .critical: self = .error
        }
    }
}
