/// Responses that were sent and may have been lost, for a client that asks again (XEP-0124 section 14.3). Knows bytes and
/// request ids; its bounds are those of the policy.
struct ReplayStore {
    struct Response {
        let rid: UInt64
        let sentAt: UInt64
        let keyMark: UInt64
        /// The XML; nil for the plain empty body, which most are and which need not be kept.
        let body: [UInt8]?
    }

    private var responses: [Response] = []

    var count: Int { responses.count }
    var bytes: Int { responses.reduce(0) { $0 + ($1.body?.count ?? 0) } }

    func response(to rid: UInt64) -> Response? {
        responses.first { $0.rid == rid }
    }

    mutating func keep(_ response: Response, count limit: Int, bytes byteLimit: Int) {
        responses.append(response)
        var excess = max(0, responses.count - limit)
        var total = bytes
        for index in 0..<excess { total -= responses[index].body?.count ?? 0 }
        while excess < responses.count - 1, total > byteLimit {
            total -= responses[excess].body?.count ?? 0
            excess += 1
        }
        if excess > 0 { responses.removeFirst(excess) }
    }

    /// Forgets what the client has.
    mutating func forget(through rid: UInt64) {
        let count = responses.prefix { $0.rid <= rid }.count
        if count > 0 { responses.removeFirst(count) }
    }
}
