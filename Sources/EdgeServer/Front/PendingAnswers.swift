/// The requests of one connection whose answers are still to come, in their order (RFC 9112 section 9.3.2). Knows who waits
/// and what the heads of the answers need; writes nothing.
internal import BOSHWire

struct PendingAnswers {
    struct Entry {
        let handle: RequestHandle
        let origin: CrossOrigin
        /// The connection closes after this answer.
        let isLast: Bool
        let isHTTP10: Bool
        let takesGzip: Bool
        /// It has come before its turn.
        var answer: BOSHAnswer?
    }

    /// Requests that may wait on one connection. 4: browsers do not pipeline, and a session has two open.
    static let limit = 4

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }
    var isFull: Bool { entries.count >= Self.limit }

    mutating func append(_ entry: Entry) { entries.append(entry) }

    /// Takes the request out if it is the next to be answered; otherwise its answer has to be kept.
    mutating func takeFirst(_ handle: RequestHandle) -> Entry? {
        entries.first?.handle == handle ? entries.removeFirst() : nil
    }

    mutating func keep(_ answer: BOSHAnswer, for handle: RequestHandle) {
        guard let index = entries.firstIndex(where: { $0.handle == handle }) else { return }
        entries[index].answer = answer
    }

    /// Forgets a request that gets no answer.
    mutating func remove(_ handle: RequestHandle) { entries.removeAll { $0.handle == handle } }

    /// Takes out the next request whose answer is here.
    mutating func takeAnswered() -> (entry: Entry, answer: BOSHAnswer)? {
        guard let answer = entries.first?.answer else { return nil }
        return (entries.removeFirst(), answer)
    }

    /// Takes out all that have no answer.
    mutating func takeAll() -> [RequestHandle] {
        let handles = entries.filter { $0.answer == nil }.map(\.handle)
        entries = []
        return handles
    }
}
