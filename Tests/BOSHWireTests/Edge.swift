import BOSHWire
import Bytes
import XMPPWire

/// The owner of one BOSH session as the edge would be: reads bodies, hands elements to a server and writes answers. The
/// server and the network are lists; time stands still until told.
final class Edge {
    static let namespace = "xmlns='http://jabber.org/protocol/httpbind'"
    static let empty = "<body \(namespace)/>"
    static func attributed(_ attributes: String) -> String { "<body \(namespace) \(attributes)/>" }
    static func terminal(_ condition: String) -> String {
        "<body \(namespace) type='terminate' condition='\(condition)'/>"
    }

    struct Sent: Equatable {
        let status: UInt16
        let body: String
    }

    private(set) var session: BOSHSession?
    private var queue = OutputQueue()
    private let pool = BufferPool()
    private let reader = BodyReader()
    private let checker = StanzaChecker()
    private var lastHandle: UInt64 = 0
    let policy: SessionPolicy
    var now: UInt64 = 1_000_000

    /// What reached the server, with `<restart/>` and `</stream>` for what is no element.
    private(set) var upstream: [String] = []
    /// Responses by handle.
    private(set) var sent: [RequestHandle: Sent] = [:]
    /// Handles in the order of their responses.
    private(set) var order: [RequestHandle] = []
    private(set) var refusal: SessionRefusal?

    init(_ policy: SessionPolicy = SessionPolicy()) { self.policy = policy }

    var sid: String { (session?.id.text).map { String(decoding: $0, as: UTF8.self) } ?? "none" }
    var contentType: String? { (session?.terms.contentType.value).map(String.init(describing:)) }
    var exists: Bool { session?.id != nil }
    var isOver: Bool { session?.isOver ?? true }
    var end: SessionEnd? { session?.end }
    var deadline: UInt64? { session?.deadline }
    var waiting: Int { queue.count }
    var kept: Int { session?.kept ?? 0 }

    /// A session made by a creation request with these attributes, answered with features at once.
    static func open(
        _ attributes: String = "ver='1.11' wait='50' hold='1'", rid: UInt64 = 100,
        policy: SessionPolicy = SessionPolicy()
    ) -> Edge {
        let edge = Edge(policy)
        edge.post("<body rid='\(rid)' to='example.org' \(attributes) \(namespace)/>")
        // Late enough for the next request not to be in a hurry, before patience ends.
        edge.sleep(seconds: 1.999)
        edge.upstreamSends("<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>", usesStreams: true)
        edge.sleep(seconds: 0.001)
        return edge
    }

    /// Sends an empty or full request of the session.
    @discardableResult
    func request(_ rid: UInt64, _ attributes: String = "", _ payload: String = "") -> RequestHandle {
        post("<body rid='\(rid)' sid='\(sid)' \(attributes) \(Self.namespace)>\(payload)</body>")
    }

    @discardableResult
    func post(_ body: String) -> RequestHandle { post(Array(body.utf8)) }

    @discardableResult
    func post(_ body: [UInt8]) -> RequestHandle {
        lastHandle += 1
        let handle = RequestHandle(lastHandle)
        do throws(BodyFailure) {
            let head = try reader.readHead(body.span)
            take(head, body, handle)
        } catch {
            sent[handle] = Sent(status: 200, body: Self.terminal(String(describing: error.condition.name)))
        }
        return handle
    }

    private func take(_ head: RequestHead, _ body: [UInt8], _ handle: RequestHandle) {
        var head = head
        do throws(BodyFailure) {
            head.hasPayload = try reader.readElements(body.span, checker: checker, limits: .afterLogin) > 0
        } catch {
            head.defect = error.condition
        }
        guard head.sid != .none else { return create(head, handle) }
        guard case .id(let id) = head.sid, id == session?.id else {
            sent[handle] = Sent(status: 200, body: Self.terminal("item-not-found"))
            return
        }
        let reception = session?.receive(head, body: body.span, from: handle, now: now) ?? .ignore
        perform(reception, body)
        while let (parked, reception) = session?.unpark(now: now) {
            perform(reception, parked.body)
        }
        turn()
    }

    private func create(_ head: RequestHead, _ handle: RequestHandle) {
        do throws(SessionRefusal) {
            session = try BOSHSession(head, id: SessionID(home: 1), policy: policy, from: handle, now: now)
        } catch {
            refusal = error
            sent[handle] = Sent(status: error.status, body: Self.terminal(String(describing: error.condition.name)))
        }
        turn()
    }

    private func perform(_ reception: Reception, _ body: [UInt8]) {
        switch reception {
        case .ignore: break
        case .restart: upstream.append("<restart/>")
        case .forward: forward(body)
        case .forwardAndClose:
            forward(body)
            upstream.append("</stream>")
        }
    }

    private func forward(_ body: [UInt8]) {
        guard let count = try? reader.readElements(body.span, checker: checker, limits: .afterLogin)
        else { return upstream.append("unreadable") }
        for index in 0..<count {
            reader.withElement(index, of: body.span) { bytes, _ in upstream.append(String(reading: bytes)) }
        }
    }

    func upstreamSends(_ element: String, usesStreams: Bool = false) {
        queue.append(Array(element.utf8).span, usesStreams: usesStreams, pool: pool)
        turn()
    }

    /// Lets the server say several things before anything is sent.
    func upstreamSends(all elements: [String]) {
        for element in elements { queue.append(Array(element.utf8).span, usesStreams: false, pool: pool) }
        turn()
    }

    func streamOpened(from: String?, id: String?) {
        session?.streamOpened(from: from, id: id, version: "1.0")
        turn()
    }

    func close(_ condition: Condition) {
        session?.close(condition)
        turn()
    }

    func loseConnection(_ handle: RequestHandle) {
        session?.connectionLost(handle, now: now)
        turn()
    }

    func sleep(seconds: Double) { sleep(until: now + UInt64(seconds * 1_000)) }

    /// Moves on, with every wake-up on the way.
    func sleep(until end: UInt64) {
        while let next = session?.deadline, next <= end {
            let before = (next, order.count)
            now = max(now, next)
            turn()
            if let again = session?.deadline, again <= now, (again, order.count) == before {
                upstream.append("stuck")
                break
            }
        }
        now = max(now, end)
        turn()
    }

    private func turn() {
        while let answer = session?.answer(queue, now: now) {
            var output = ByteBuffer()
            session?.write(answer, from: &queue, into: &output, pool: pool, now: now)
            guard let handle = answer.handle else { continue }
            sent[handle] = Sent(status: answer.status, body: output.withSpan { String(reading: $0) })
            order.append(handle)
        }
    }

    func body(_ handle: RequestHandle) -> String? { sent[handle]?.body }

    /// An attribute of a response.
    func attribute(_ name: String, of handle: RequestHandle) -> String? {
        guard let body = sent[handle]?.body,
            let (head, _) = try? reader.readResponse(Array(body.utf8).span)
        else { return nil }
        return head[name]
    }

    /// Texts of the elements in a response.
    func elements(_ handle: RequestHandle) -> [String] {
        guard let text = sent[handle]?.body else { return [] }
        let bytes = Array(text.utf8)
        guard let (_, places) = try? reader.readResponse(bytes.span) else { return ["unreadable"] }
        return places.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
}
