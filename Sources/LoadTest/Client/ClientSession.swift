/// One client: logs in over its link, then gives whole stanzas to its host. Knows login (RFC 6120 sections 6 and 7); does
/// not know which load it carries.
internal import Bytes
internal import Reactor

/// What a session asks of and tells to whoever runs it.
protocol SessionHost: AnyObject {
    var login: LoginTerms { get }
    var scramKeys: SCRAMKeyCache { get set }
    func sessionReady(_ session: ClientSession)
    func sessionReceived(_ element: Span<UInt8>, _ session: ClientSession)
    /// The last call for this session; not made after `finish` and `abort`.
    func sessionEnded(_ session: ClientSession, _ failure: Failure)
}

/// How all sessions of a run log in.
struct LoginTerms: Sendable {
    var mechanism: Mechanism?
    /// Milliseconds from the start of the connection.
    var timeout: UInt64
    /// Begins each resource; nil lets the server choose.
    var resource: String?
    /// Whether a ready session says that it is available.
    var announces: Bool
}

final class ClientSession: LinkOwner {
    private enum State {
        case connecting
        case features(isLoggedIn: Bool)
        case authenticating(SASLClient)
        case binding
        case ready
        case ended
    }

    let index: Int
    let account: Account?
    /// When it should have begun to connect: its time to login counts from here.
    let intended: Nanoseconds
    private(set) var link: (any Link)?
    private unowned let host: any SessionHost
    private var state = State.connecting
    /// The full address that the server gave, escaped as it came.
    private(set) var address: [UInt8] = []
    /// Where this session's messages go, escaped.
    var receiver: [UInt8] = []
    /// Whether the opening waits for it no longer.
    var isSettled = false

    init(index: Int, account: Account?, intended: Nanoseconds, host: any SessionHost) {
        self.index = index
        self.account = account
        self.intended = intended
        self.host = host
    }

    var isReady: Bool {
        if case .ready = state { true } else { false }
    }

    // MARK: What the host does

    func start(_ link: any Link, loop: EventLoop) {
        self.link = link
        link.deadline = loop.now + host.login.timeout
        link.open()
    }

    func send(_ element: Span<UInt8>) { link?.send(element) }

    /// The session is lost when `expectNothing` is not called within so many milliseconds.
    func expectWithin(_ milliseconds: UInt64, loop: EventLoop) { link?.deadline = loop.now + milliseconds }

    func expectNothing() { link?.deadline = .never }

    /// Says goodbye and is forgotten.
    func finish() {
        let link = release()
        link?.finish()
    }

    /// Vanishes without a word.
    func abort() {
        let link = release()
        link?.abort()
    }

    private func release() -> (any Link)? {
        let last = link
        state = .ended
        link = nil
        return last
    }

    // MARK: What the link tells

    func linkStands() {
        state = .features(isLoggedIn: false)
        link?.openStream()
    }

    func linkReceived(_ element: Span<UInt8>) {
        if case .ready = state, !ElementText.isStreamError(element) { return host.sessionReceived(element, self) }
        let name = ElementText.name(element)
        if name == .error { return fail(Failure(.streamError, ElementText.condition(of: element))) }
        switch state {
        case .features(let isLoggedIn):
            guard name == .features else { return }
            if isLoggedIn { bind() } else { authenticate(element) }
        case .authenticating(let sasl):
            authenticating(sasl, name, element)
        case .binding:
            guard name == .iq else { return }
            bound(element)
        case .connecting, .ready, .ended:
            break
        }
    }

    func linkTimedOut() { fail(Failure(.loginTimeout, waitedFor)) }

    func linkEnded(_ failure: Failure) {
        guard release() != nil else { return }
        host.sessionEnded(self, failure)
    }

    private func fail(_ failure: Failure) {
        guard let link = release() else { return }
        link.abort()
        host.sessionEnded(self, failure)
    }

    private var waitedFor: String {
        switch state {
        case .connecting: "waiting for the connection"
        case .features: "waiting for the server's features"
        case .authenticating: "waiting for the answer to the credentials"
        case .binding: "waiting for the resource"
        case .ready, .ended: "waiting for what the scenario asked for"
        }
    }

    // MARK: Login

    private func authenticate(_ features: Span<UInt8>) {
        let offered = ElementText.texts(of: "mechanism", in: features)
        guard let sasl = SASLClient(offered: offered, account: account, wanted: host.login.mechanism) else {
            let names = offered.isEmpty ? "none" : offered.joined(separator: ", ")
            return fail(Failure(.login, "no mechanism in common, the server has \(names)"))
        }
        state = .authenticating(sasl)
        send(sasl.auth().span)
    }

    private func authenticating(_ before: SASLClient, _ name: ElementText.Name, _ element: Span<UInt8>) {
        var sasl = before
        let content = ElementText.content(element)
        switch name {
        case .challenge:
            guard let response = sasl.response(to: content, keys: &host.scramKeys) else {
                return fail(Failure(.login, "the server's challenge is none"))
            }
            state = .authenticating(sasl)
            send(response.span)
        case .success:
            guard sasl.accepts(success: content) else {
                return fail(Failure(.login, "the server did not prove that it knows the password"))
            }
            state = .features(isLoggedIn: true)
            link?.openStream()
        default:
            fail(Failure(.login, ElementText.condition(of: element)))
        }
    }

    private func bind() {
        state = .binding
        let resource = host.login.resource.map { "<resource>\($0)\(index)</resource>" } ?? ""
        let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\(resource)</bind>"
        send(Array("<iq xmlns='jabber:client' type='set' id='bind'>\(bind)</iq>".utf8).span)
    }

    private func bound(_ result: Span<UInt8>) {
        guard !StanzaTag(result).isError, let jid = ElementText.text(of: "jid", in: result) else {
            return fail(Failure(.bind, ElementText.condition(of: result, below: "error")))
        }
        address = Array(jid.utf8)
        link?.deadline = .never
        state = .ready
        if host.login.announces { send(Array("<presence xmlns='jabber:client'/>".utf8).span) }
        host.sessionReady(self)
    }
}
