/// What the sink says to one client, whatever the transport: logs everybody in, then serves its mode. Knows elements;
/// does not parse beyond start tags, because only load testers talk to it.
internal import Bytes
internal import Crypto

/// How a sink stream reaches its client.
protocol SinkTransport: AnyObject {
    /// Answers the client's stream header with ours.
    func sendHeader(id: UInt64)
    func send(_ element: Span<UInt8>)
}

struct SinkStream: ~Copyable {
    private enum Login {
        case none
        case scram(SCRAMServer)
        case done
    }

    private let service: SinkService
    private let id: UInt64
    private var login = Login.none
    private var user = ""
    /// Bound, and so served.
    private(set) var isBound = false

    init(service: SinkService) {
        self.service = service
        id = service.nextID()
    }

    /// The client has opened a stream, or opened it again.
    func opened(_ transport: any SinkTransport) {
        transport.sendHeader(id: id)
        if case .done = login {
            send(SinkText.boundFeatures, transport)
        } else {
            send(SinkText.loginFeatures, transport)
        }
    }

    /// Takes one element that is not a message.
    mutating func take(_ element: Span<UInt8>, _ transport: any SinkTransport) {
        switch ElementText.name(element) {
        case .iq:
            answer(element, transport)
        case .presence, .message:
            break
        default:
            step(element, transport)
        }
    }

    private mutating func step(_ element: Span<UInt8>, _ transport: any SinkTransport) {
        let content = Base64.decode(ElementText.content(element)) ?? []
        if case .scram(var scram) = login {
            let final = scram.finish(content)
            login = final == nil ? .none : .done
            return send(final.map { SinkText.sasl("success", $0) } ?? SinkText.notAuthorized, transport)
        }
        let mechanism = Mechanism.allCases.first { ElementText.place(of: $0.asChosen, in: element) != nil }
        switch mechanism {
        case .scramSHA1, .scramSHA256:
            var scram = SCRAMServer(hash: mechanism == .scramSHA1 ? .sha1 : .sha256)
            let challenge = scram.start(content, service: service)
            user = scram.user
            login = .scram(scram)
            send(SinkText.sasl("challenge", challenge), transport)
        case .plain:
            // authorisation identity, user and password, each behind a zero.
            user =
                content.split(separator: 0, omittingEmptySubsequences: false).dropFirst().first
                .map { String(decoding: $0, as: UTF8.self) } ?? "nobody"
            login = .done
            send(SinkText.sasl("success", []), transport)
        case .anonymous, nil:
            user = "anon\(id)"
            login = .done
            send(SinkText.sasl("success", []), transport)
        }
    }

    /// Binds, and answers every other request with an empty result.
    private mutating func answer(_ request: Span<UInt8>, _ transport: any SinkTransport) {
        let tag = StanzaTag(request)
        let id = String(reading: request.extracting(tag.id))
        guard !isBound else {
            return send(Array("<iq xmlns='jabber:client' type='result' id='\(id)'/>".utf8), transport)
        }
        isBound = true
        let resource = ElementText.text(of: "resource", in: request) ?? "r\(self.id)"
        let jid = "\(user)@\(service.settings.domain)/\(resource)"
        send(
            Array(
                """
                <iq xmlns='jabber:client' type='result' id='\(id)'>\
                <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>\(jid)</jid></bind></iq>
                """.utf8), transport)
    }

    private func send(_ element: [UInt8], _ transport: any SinkTransport) {
        transport.send(element.span)
    }
}

/// The fixed elements of a sink.
enum SinkText {
    static let loginFeatures: [UInt8] = {
        let names = Mechanism.allCases.map { "<mechanism>\($0.rawValue)</mechanism>" }.joined()
        return features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\(names)</mechanisms>")
    }()

    static let boundFeatures = features("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")

    private static func features(_ content: String) -> [UInt8] {
        Array(
            "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>\(content)</stream:features>".utf8)
    }

    static let notAuthorized = Array(
        "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>".utf8)

    static func sasl(_ name: String, _ content: [UInt8]) -> [UInt8] {
        Array("<\(name) xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>".utf8) + Base64.encode(content)
            + Array("</\(name)>".utf8)
    }
}
