/// Decides conditional requests (RFC 9110 section 13.2.2). Knows the order of the conditions; does not know files.
package enum Preconditions {
    package enum Outcome: Equatable, Sendable {
        case proceed
        /// 304
        case notModified
        /// 412
        case failed
    }

    /// - Parameters:
    ///   - tag: the strong entity tag of what would be sent, with its quotes.
    ///   - lastModified: seconds since 1970.
    package static func evaluate(_ head: RequestHead, tag: [UInt8], lastModified: Int, now: Int) -> Outcome {
        let isRead = head.method == .get || head.method == .head
        if head.count(of: "if-match") > 0 {
            guard names(head, "if-match", tag, weakly: false) else { return .failed }
        } else if let date = date(head, "if-unmodified-since", now: now), lastModified > date {
            return .failed
        }
        if head.count(of: "if-none-match") > 0 {
            guard names(head, "if-none-match", tag, weakly: true) else { return .proceed }
            return isRead ? .notModified : .failed
        }
        if isRead, let date = date(head, "if-modified-since", now: now), lastModified <= date { return .notModified }
        return .proceed
    }

    /// Whether If-Range lets a range be served: it is absent, or names exactly what would be sent.
    static func allowsRange(_ head: RequestHead, tag: [UInt8], lastModified: Int, now: Int) -> Bool {
        guard head.count(of: "if-range") > 0 else { return true }
        if let date = date(head, "if-range", now: now) { return date == lastModified && now > date + 60 }
        return head.withValue(of: "if-range") { value in
            guard let value else { return false }
            return EntityTag.equal(value, tag.span)
        }
    }

    private static func names(_ head: RequestHead, _ field: StaticString, _ tag: [UInt8], weakly: Bool) -> Bool {
        var found = false
        head.forEachField(named: field) { value in
            if EntityTag.list(value, names: tag.span, weakly: weakly) { found = true }
        }
        return found
    }

    /// A date that does not parse is as good as none (RFC 9110 section 13.1.3), and so is one that occurs twice.
    private static func date(_ head: RequestHead, _ field: StaticString, now: Int) -> Int? {
        guard head.count(of: field) == 1 else { return nil }
        return head.withValue(of: field) { value in
            guard let value else { return nil }
            return HTTPDate.parse(value, now: now)
        }
    }
}
