internal import Bytes
internal import Crypto

/// The client's side of one BOSH session: numbers requests, keeps them until they are answered, puts responses in order. Knows
/// XEP-0124 and XEP-0206; touches no HTTP. For tests and the load tester.
package struct BOSHClient {
    /// How a session is asked for.
    package struct Options: Sendable {
        package var wait: UInt16 = 60
        package var hold: UInt8 = 1
        package var acknowledges = false
        /// Keys of one sequence; 0 for none.
        package var keys = 0
        /// More attributes of the creation request, as text.
        package var extra = ""

        package init() {}
    }

    /// A request to POST; the same bytes again when it is lost.
    package struct Request: Equatable, Sendable {
        package let rid: UInt64
        package let body: [UInt8]
    }

    package private(set) var sid: String?
    /// What the server granted: `wait`, `hold`, `requests`, `inactivity` and so on.
    package private(set) var terms = ResponseHead()
    /// Requests without a response, by request id.
    package private(set) var unanswered: [Request] = []
    /// The condition of the end; `.some(nil)` when the end has none.
    package private(set) var ended: Condition??

    private let options: Options
    private let reader = BodyReader()
    private var keys: ClientKeys?
    private var nextID: UInt64
    /// The highest request id up to which every response is here.
    private var received: UInt64
    /// Responses whose turn has not come.
    private var early: [(rid: UInt64, body: [UInt8])] = []

    /// - Parameter firstID: the first request id, below 2^52; random unless a test needs it.
    package init(options: Options = Options(), firstID: UInt64? = nil) {
        self.options = options
        nextID = firstID ?? SecureRandom.bytes(6).reduce(1) { $0 << 8 | UInt64($1) }
        received = nextID - 1
        if options.keys > 0 { keys = ClientKeys(length: options.keys) }
    }

    /// How many more requests are sure to be taken at this moment. Counts from the oldest request without a response: the
    /// server keeps only so many responses for repeats.
    package var window: Int {
        let requests = terms.number("requests").flatMap { Int(exactly: $0) } ?? 1
        let waiting = Int(exactly: nextID - 1 - received) ?? .max
        return max(0, requests - waiting)
    }

    /// Asks for a session.
    package mutating func open(to domain: String, from: String? = nil, lang: String? = nil) -> Request {
        var text = Array(" ver='1.11' wait='\(options.wait)' hold='\(options.hold)'".utf8)
        AttributeText.append("to", domain, to: &text)
        AttributeText.append("from", from, to: &text)
        AttributeText.append("xml:lang", lang, to: &text)
        text += " xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'".utf8
        if options.acknowledges { text += " ack='1'".utf8 }
        if let newKey = keys?.first() { text += " newkey='".utf8 + newKey + "'".utf8 }
        text += options.extra.utf8
        return make(text, [])
    }

    /// Sends elements, or an empty request to be held.
    package mutating func send(_ payload: [UInt8] = []) -> Request {
        make(common(), payload)
    }

    /// Asks for a new stream after login.
    package mutating func restart(to domain: String) -> Request {
        var text = common() + " xmlns:xmpp='urn:xmpp:xbosh' xmpp:restart='true'".utf8
        AttributeText.append("to", domain, to: &text)
        return make(text, [])
    }

    package mutating func pause(seconds: UInt16) -> Request {
        make(common() + " pause='\(seconds)'".utf8, [])
    }

    package mutating func terminate(_ payload: [UInt8] = []) -> Request {
        make(common() + " type='terminate'".utf8, payload)
    }

    private mutating func common() -> [UInt8] {
        var text: [UInt8] = []
        AttributeText.append("sid", sid, to: &text)
        if options.acknowledges, received + 1 < nextID { text += " ack='\(received)'".utf8 }
        if let (key, newKey) = keys?.next() {
            text += " key='".utf8 + key + "'".utf8
            if let newKey { text += " newkey='".utf8 + newKey + "'".utf8 }
        }
        return text
    }

    private mutating func make(_ attributes: [UInt8], _ payload: [UInt8]) -> Request {
        var body = Array("<body rid='\(nextID)'".utf8) + attributes
        body += " xmlns='http://jabber.org/protocol/httpbind'".utf8
        body += payload.isEmpty ? Array("/>".utf8) : Array(">".utf8) + payload + Array("</body>".utf8)
        let request = Request(rid: nextID, body: body)
        unanswered.append(request)
        nextID += 1
        return request
    }
}

// MARK: Responses

extension BOSHClient {
    package enum Response: Equatable, Sendable {
        /// Elements in the order the server sent them; those of earlier responses first, none when an earlier is missing.
        case elements([[UInt8]])
        /// The request has to be sent again.
        case again
        /// A response to a request that was answered before.
        case stale
    }

    /// Takes the body of the response to a request.
    package mutating func receive(_ body: [UInt8], to rid: UInt64) throws(BodyFailure) -> Response {
        let (head, _) = try reader.readResponse(body.span)
        if head.isRecoverableError { return .again }
        guard let index = unanswered.firstIndex(where: { $0.rid == rid }) else { return .stale }
        unanswered.remove(at: index)
        early.append((rid, body))
        var elements: [[UInt8]] = []
        while let index = early.firstIndex(where: { $0.rid == received + 1 }) {
            elements += try deliver(early.remove(at: index).body)
        }
        return .elements(elements)
    }

    private mutating func deliver(_ body: [UInt8]) throws(BodyFailure) -> [[UInt8]] {
        let (head, places) = try reader.readResponse(body.span)
        received += 1
        if sid == nil, let sid = head["sid"] {
            self.sid = sid
            terms = head
        }
        if head.isTerminal { ended = .some(head.condition) }
        return places.map { Array(body[$0]) }
    }
}
