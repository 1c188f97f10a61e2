/// What the server tells, as lines of swift-log. Knows which field is called what; no stanza and no name of a user ever
/// comes here.
package import EdgeServer
package import Logging

package struct SessionLog: EdgeLog {
    private let logger: Logger

    package init(_ logger: Logger) {
        self.logger = logger
    }

    package func sessionBegan(_ session: SessionReport) {
        logger.info("session began", metadata: Self.who(session))
    }

    package func sessionEnded(_ session: SessionReport, _ reason: EndReason) {
        guard logger.logLevel <= .info else { return }
        var fields = Self.who(session)
        fields["reason"] = .string(reason.word)
        if let detail = reason.detail { fields["detail"] = .string(detail) }
        if let time = session.timeToLogin { fields["login_ms"] = Self.number(time) }
        fields["total_ms"] = Self.number(session.duration)
        fields["bytes_sent"] = .stringConvertible(session.sent.bytes)
        fields["messages_sent"] = .stringConvertible(session.sent.messages)
        fields["bytes_received"] = .stringConvertible(session.received.bytes)
        fields["messages_received"] = .stringConvertible(session.received.messages)
        logger.info("session ended", metadata: fields)
    }

    package func notice(_ sentence: String) {
        logger.notice("\(sentence)")
    }

    package func warning(_ sentence: String) {
        logger.warning("\(sentence)")
    }

    package func problem(_ sentence: String) {
        logger.error("\(sentence)")
    }

    private static func who(_ session: SessionReport) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "session": .string(session.name), "client": .string(session.clientHost),
            "transport": .string(session.transport.rawValue),
        ]
        if !session.domain.isEmpty { fields["domain"] = .string(session.domain) }
        if !session.upstream.isEmpty { fields["upstream"] = .string(session.upstream) }
        return fields
    }

    private static func number(_ value: UInt64) -> Logger.MetadataValue {
        .stringConvertible(Int(clamping: value))
    }
}
