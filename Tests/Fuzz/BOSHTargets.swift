/// Fuzz entries for BOSHWire: bodies of requests against libxml2, and sessions under requests and times of any kind.
import BOSHWire
import Bytes
import XMLReference
import XMPPWire

/// Any HTTP body: what is accepted, libxml2 accepts too, with the same elements inside.
enum BOSHBodyTarget: FuzzTarget {
    static let name = "bosh-body"
    static let dictionary = [
        "<", ">", "/>", "</body>", "<body ", "xmlns='http://jabber.org/protocol/httpbind'", "xmlns:b=", "b:", "'", "\"",
        "rid='1'", "sid=''", "xmlns='jabber:client'", "xmlns=''", "<message/>", "<iq>", "</iq>", "<b:message/>",
        "<![CDATA[",
        "]]>", "<!--", "-->", "<?xml version='1.0'?>", "<?", "&amp;", "&#13;", "xmpp:restart='true'", "xml:lang='de'",
        "xmlns:xmpp='urn:xmpp:xbosh'", "pause='1'", "type='terminate'", "日本語", "\u{FEFF}",
    ]
    static let seeds = [
        "<body rid='1' xmlns='http://jabber.org/protocol/httpbind'/>",
        "<?xml version='1.0'?><b:body xmlns:b=\"http://jabber.org/protocol/httpbind\" to='a'><message/></b:body>",
        "<body rid='2' sid='x' xmlns='http://jabber.org/protocol/httpbind' xmlns:p='u'> <message a='>' "
            + "xmlns='jabber:client'><p:x><![CDATA[]]]]></p:x></message>\n<iq><q/></iq><p:y p:z='1'/></body>",
        "<b:body xmlns:b='http://jabber.org/protocol/httpbind' rid='1'><b:iq b:a='1'><b:c/></b:iq></b:body>",
    ].map { Array($0.utf8) }

    static func run(_ bytes: [UInt8]) {
        let reader = BodyReader()
        let checker = StanzaChecker()
        guard let count = try? reader.readElements(bytes.span, checker: checker, limits: .beforeLogin) else { return }
        guard let whole = ReferenceDocument(bytes) else { preconditionFailure("libxml2 does not take it") }
        let children = whole.root.children
        precondition(!whole.root.hasText && children.count == count, "other elements than libxml2")
        for index in 0..<count {
            reader.withElement(index, of: bytes.span) { element, found in
                let text = found.needsRewrite ? checker.rewritten(element) : Array(copying: element)
                let inStream = Array("<s xmlns='jabber:client'>".utf8) + text + Array("</s>".utf8)
                guard let alone = ReferenceDocument(inStream)?.root.children.first else {
                    preconditionFailure("does not stand alone")
                }
                precondition(same(alone, children[index]), "means something else alone")
            }
        }
    }

    /// Equal, when the namespace of the body and none at all count as the client's.
    private static func same(_ left: ReferenceDocument.Element, _ right: ReferenceDocument.Element) -> Bool {
        guard element(left.name) == element(right.name), left.content.count == right.content.count,
            left.attributes.map({ element($0.name) + $0.value }).sorted()
                == right.attributes.map({ element($0.name) + $0.value }).sorted()
        else { return false }
        return zip(left.content, right.content).allSatisfy { pair in
            switch pair {
            case (.text(let one), .text(let other)): one == other
            case (.element(let one), .element(let other)): same(one, other)
            default: false
            }
        }
    }

    private static func element(_ name: String) -> String {
        for prefix in ["{http://jabber.org/protocol/httpbind}", "{}"] where name.hasPrefix(prefix) {
            return "{jabber:client}" + name.dropFirst(prefix.count)
        }
        return name.hasPrefix("{") ? name : "{jabber:client}" + name
    }
}

/// A session under any requests, losses and times: every request is answered at most once, none is open beyond `wait`, and
/// what is kept stays within its bounds.
enum BOSHSessionTarget: FuzzTarget {
    static let name = "bosh-session"
    static let dictionary: [String] = []
    static let seeds: [[UInt8]] = [
        [0, 0, 1, 0, 9, 2, 1, 0, 3, 200, 0, 0, 1, 0, 4], [1, 7, 0, 2, 0, 1, 0, 1, 5, 9, 6, 3, 255, 3, 255],
    ]

    static func run(_ bytes: [UInt8]) {
        var input = bytes[...]
        var asked = RequestHead()
        asked.rid = 100
        asked.opening.to = "example.org"
        asked.version = .ours
        let shape = input.popFirst() ?? 0
        asked.hold = shape & 3
        asked.ack = shape & 4 == 0 ? nil : 1
        var policy = SessionPolicy()
        policy.hold = 3
        policy.polling = shape & 8 == 0 ? 0 : 2
        policy.replayBytes = 1_000
        var now: UInt64 = 1_000
        guard
            var session = try? BOSHSession(
                asked, id: SessionID(home: 0), policy: policy, from: RequestHandle(0), now: now)
        else { preconditionFailure("no session") }
        var model = Model()
        model.open[RequestHandle(0)] = now
        while let operation = input.popFirst() {
            let value = input.popFirst() ?? 0
            step(operation, value, &session, &model, &now)
            model.turn(&session, now)
            precondition(session.kept <= policy.replayBytes + policy.parkedBytes + 4_096, "keeps too much")
            let wait = UInt64(max(session.terms.wait, 3)) * 1_000
            precondition(session.isOver || model.open.values.allSatisfy { now <= $0 + wait }, "open for too long")
            precondition(!session.isOver || model.open.isEmpty, "left without an answer")
        }
    }

    private static func step(
        _ operation: UInt8, _ value: UInt8, _ session: inout BOSHSession, _ model: inout Model, _ now: inout UInt64
    ) {
        switch operation % 8 {
        case 0...3:
            var head = RequestHead()
            let (rid, isBelow) = (model.next + UInt64(value & 7)).subtractingReportingOverflow(3)
            head.rid = isBelow ? nil : rid
            head.hasPayload = value & 8 != 0
            if value & 0xF0 == 0x10 { head.pause = 3 }
            if value & 0xF0 == 0x20 { head.ack = rid - 2 }
            if value & 0xF0 == 0x30 { head.isRestart = true }
            if value == 0x40 { head.kind = .terminate }
            if value == 0x41 { head.defect = .badRequest }
            if rid == model.next { model.next += 1 }
            model.handles += 1
            let handle = RequestHandle(model.handles)
            model.open[handle] = now
            _ = session.receive(head, body: [UInt8](repeating: 1, count: 9).span, from: handle, now: now)
            while session.unpark(now: now) != nil {}
        case 4: model.say(value)
        case 5:
            let lost = RequestHandle(model.handles &- UInt64(value & 3))
            model.open[lost] = nil
            session.connectionLost(lost, now: now)
        case 6: if value == 0 { session.close(.remoteConnectionFailed) }
        default:
            // Not further than the next wake-up: the owner keeps its word.
            now = min(now + UInt64(value) * 100, max(now, session.deadline ?? .max))
        }
    }

    private struct Model: ~Copyable {
        var queue = OutputQueue()
        let pool = BufferPool()
        var open: [RequestHandle: UInt64] = [:]
        var handles: UInt64 = 0
        var next: UInt64 = 101

        mutating func say(_ value: UInt8) {
            queue.append([UInt8](repeating: value, count: Int(value)).span, usesStreams: false, pool: pool)
        }

        mutating func turn(_ session: inout BOSHSession, _ now: UInt64) {
            while let answer = session.answer(queue, now: now) {
                var output = ByteBuffer()
                session.write(answer, from: &queue, into: &output, pool: pool, now: now)
                precondition(!output.isEmpty, "nothing to send")
                guard let handle = answer.handle else { continue }
                precondition(open.removeValue(forKey: handle) != nil, "answered twice, or though it was lost")
            }
        }
    }
}
