/// What each request is answered with: sessions, files, health, refusals. Knows paths and methods; the course of the
/// connection is in `HTTPConnection`.
internal import Bytes
internal import HTTPWire
internal import Reactor
internal import WebSocketWire

extension HTTPConnection {
    /// Answers the request in `worker.head`.
    /// - Parameter rest: the bytes behind its head.
    func answer(rest: Span<UInt8>) throws(HTTPFailure) {
        let head = worker.head
        if let port = redirectPort, !caller(of: head).isSecure { return try redirect(head, toPort: port) }
        let place = role == .web ? head.withPath { worker.setup.routeTable.place(of: $0) } : .site
        crossOrigin =
            place == .bosh ? CrossOrigin(head, worker.settings.allowedOrigins, at: site(of: head)) : .none
        if place == .hostMeta || place == .hostMetaJSON { crossOrigin = .any }
        if place == .bosh && head.method == .post && head.expectation != .other { return try answerBOSH(head) }
        if head.hasBody {
            try limitBody(to: worker.setup.limits.body)
            // No other request here takes a body. The answer does not wait for it, and so comes before it is known
            // whether the body is well-formed: what follows it cannot be trusted.
            endAfterThis()
        }
        if head.expectation == .other {
            return answer(.expectationFailed, "This expectation is not known here.", toHEAD: head.method == .head)
        }
        switch head.method {
        case .other: return answer(.notImplemented, "This method is not known here.", toHEAD: false)
        case .options where head.form == .asterisk: return answerOptions("GET, HEAD, OPTIONS")
        default: break
        }
        switch role {
        case .admin: answerAdmin(head)
        case .web, .proxiedWeb: try answerWeb(head, place, rest: rest)
        }
    }

    private func answerWeb(_ head: RequestHead, _ place: RouteTable.Place, rest: Span<UInt8>) throws(HTTPFailure) {
        switch place {
        case .webSocket: answerWebSocket(head, rest: rest)
        case .bosh: try answerBOSH(head)
        case .hostMeta: answerHostMeta(head, wantsJSON: false)
        case .hostMetaJSON: answerHostMeta(head, wantsJSON: true)
        case .site: answerSite(head)
        }
    }

    // MARK: WebSocket

    private func answerWebSocket(_ head: RequestHead, rest: Span<UInt8>) {
        if head.method == .options { return answerOptions("GET, OPTIONS") }
        var request = UpgradeRequest(
            isGET: head.method == .get, minorVersion: head.minorVersion, hasHost: head.withHost { $0 != nil },
            hasBody: head.hasBody)
        head.forEachField { request.add(name: $0, value: $1) }
        let upgrade: UpgradeAnswer
        let compression = worker.settings.compression
        let lease = compression.webSocket ? worker.shared.windowMemory.lease(compression) : nil
        do throws(UpgradeRefusal) {
            upgrade = try request.accept(
                subprotocol: "xmpp", compresses: compression.webSocket,
                window: lease == nil ? nil : compression.windowBits)
        } catch {
            return refuseUpgrade(error, toHEAD: head.method == .head)
        }
        // Against pages that open a session in the name of whoever looks at them (RFC 6455 section 10.2).
        guard !CrossOrigin(head, worker.settings.allowedOrigins, at: site(of: head)).isRefused else {
            return answer(.forbidden, "This page may not open sessions here.", toHEAD: false)
        }
        let codec = upgrade.deflate.flatMap { worker.codecs.codec(for: $0, lease) }
        let hasCodec = codec != nil || upgrade.deflate == nil
        guard !worker.isStopping && hasCodec else { return answerBusy() }
        let caller = caller(of: head)
        guard worker.refusal(of: caller.address) == nil else { return answerBusy() }
        upgrade.append(to: &outbound, pool: loop.pool)
        worker.startSession(upgrading: self, rest: rest, caller: caller, codec: codec)
    }

    private func refuseUpgrade(_ refusal: UpgradeRefusal, toHEAD: Bool) {
        let status = HTTPStatus(rawValue: UInt16(clamping: refusal.status)) ?? .badRequest
        answer(status, refusal.reason, toHEAD: toHEAD, fields: refusal.fields)
    }

    private func answerBusy() {
        endAfterThis()
        answer(.serviceUnavailable, "The server is full.", toHEAD: false)
    }

    // MARK: Files

    private func answerSite(_ head: RequestHead) {
        let toHEAD = head.method == .head
        switch head.method {
        case .get, .head: break
        case .options: return answerOptions("GET, HEAD, OPTIONS")
        default:
            return answer(
                .methodNotAllowed, "This method is not allowed here.", toHEAD: false,
                fields: [("Allow", "GET, HEAD, OPTIONS")])
        }
        guard let site = worker.site else { return answer(.notFound, "There is nothing here.", toHEAD: toHEAD) }
        switch head.withPath({ site.find($0) }) {
        case .asset(let asset):
            let now = Instant.wallSeconds()
            send(SiteAnswer(head, asset: asset, now: now), headers: site.headers, toHEAD: toHEAD)
        case .folder(let location): redirect(to: location, toHEAD: toHEAD)
        case .malformed: answer(.badRequest, "The path is malformed.", toHEAD: toHEAD)
        case .none: answer(.notFound, "There is nothing here.", toHEAD: toHEAD)
        }
    }

    private func send(_ file: SiteAnswer, headers: SecurityHeaders, toHEAD: Bool) {
        startAnswer(file.status)
        file.appendFields(headers: headers, to: &outbound, pool: loop.pool)
        guard file.status.isSuccess || file.status == .notModified else {
            return endAnswer(Array("\(file.status.reason)\n".utf8), toHEAD: toHEAD)
        }
        outbound.endHead(pool: loop.pool)
        touchOutput()
        if let form = file.form, !toHEAD { send(form.bytes[file.range]) }
    }

    /// - Parameter location: of our own making, or checked.
    private func redirect(to location: [UInt8], toHEAD: Bool) {
        startAnswer(.permanentRedirect)
        SecurityHeaders.appendNotice(to: &outbound, pool: loop.pool)
        outbound.append("Location: ", pool: loop.pool)
        outbound.append(location, pool: loop.pool)
        outbound.append("\r\n", pool: loop.pool)
        endAnswer([], toHEAD: toHEAD)
    }

    // MARK: TLS

    /// Where requests in clear are sent to instead of being answered; nil when they are answered.
    private var redirectPort: UInt16? { role == .web && layer == nil ? worker.settings.tls.redirectPort : nil }

    /// To the same place with TLS (RFC 9110 section 15.4.9).
    private func redirect(_ head: RequestHead, toPort port: UInt16) throws(HTTPFailure) {
        if head.hasBody {
            try limitBody(to: worker.setup.limits.body)
            endAfterThis()
        }
        guard let host = Self.hostName(site(of: head).host ?? head.withHost(Self.text)) else {
            return answer(.badRequest, "Come with TLS, and with a Host field.", toHEAD: head.method == .head)
        }
        let path = head.withPath { $0.isEmpty ? "/" : String(reading: $0) }
        let query = head.withQuery { query in
            guard let query else { return "" }
            return "?" + String(reading: query)
        }
        let place = "https://\(host)\(port == 443 ? "" : ":\(port)")\(path)\(query)"
        redirect(to: Array(place.utf8), toHEAD: head.method == .head)
    }

    /// Without the port.
    private static func hostName(_ text: String) -> String? {
        if text.hasPrefix("[") { return text.firstIndex(of: "]").map { String(text[...$0]) } }
        let name = text.prefix { $0 != ":" }
        return name.isEmpty ? nil : String(name)
    }

    private static func text(_ host: Span<UInt8>?) -> String {
        guard let host else { return "" }
        return String(reading: host)
    }

    // MARK: Health and figures

    private func answerAdmin(_ head: RequestHead) {
        let toHEAD = head.method == .head
        let place = head.withPath { RouteTable.adminPlace(of: $0) }
        if place == .none { return answer(.notFound, "There is nothing here.", toHEAD: toHEAD) }
        if head.method == .options { return answerOptions("GET, HEAD, OPTIONS") }
        guard head.method == .get || toHEAD else {
            return answer(
                .methodNotAllowed, "This method is not allowed here.", toHEAD: false,
                fields: [("Allow", "GET, HEAD, OPTIONS")])
        }
        if place == .metrics {
            startAnswer(.ok)
            SecurityHeaders.appendNotice(to: &outbound, pool: loop.pool)
            return endAnswer(Array(Metrics.text(worker.counters).utf8), Metrics.contentType, toHEAD: toHEAD)
        }
        let health = worker.shared.health.snapshot(at: loop.now)
        let state = place == .health ? AdminAnswer.alive : AdminAnswer.ready(health)
        startAnswer(HTTPStatus(rawValue: UInt16(clamping: state.status)) ?? .internalServerError)
        SecurityHeaders.appendNotice(to: &outbound, pool: loop.pool)
        endAnswer(Array(state.body.utf8), toHEAD: toHEAD)
    }

    // MARK: Parts of answers

    /// A short text that repeats nothing of the request.
    func answer(
        _ status: HTTPStatus, _ sentence: StaticString, toHEAD: Bool,
        fields: [(name: StaticString, value: StaticString)] = []
    ) {
        startAnswer(status)
        for field in fields { outbound.appendField(field.name, field.value, pool: loop.pool) }
        if status == .serviceUnavailable { outbound.appendField("Retry-After", Self.retryAfter, pool: loop.pool) }
        SecurityHeaders.appendNotice(to: &outbound, pool: loop.pool)
        endAnswer(Array("\(sentence)\n".utf8), toHEAD: toHEAD)
    }

    /// Seconds after which a client may try again when the server is full.
    static let retryAfter = 5

    private func answerOptions(_ allowed: StaticString) {
        startAnswer(.noContent)
        outbound.appendField("Allow", allowed, pool: loop.pool)
        SecurityHeaders.appendNotice(to: &outbound, pool: loop.pool)
        outbound.endHead(pool: loop.pool)
        touchOutput()
    }

    func startAnswer(_ status: HTTPStatus) {
        outbound.startResponse(status, date: worker.dates.text(now: Instant.wallSeconds()), pool: loop.pool)
        if isLast {
            outbound.appendField("Connection", "close", pool: loop.pool)
        } else if worker.head.minorVersion == 0 {
            outbound.appendField("Connection", "keep-alive", pool: loop.pool)
        }
        crossOrigin.append(to: &outbound, pool: loop.pool)
        // Without TLS it would mean nothing, and must not be there (RFC 6797 section 7.2).
        let strict = worker.settings.tls.strictTransport
        if layer != nil && strict > 0 {
            outbound.append("Strict-Transport-Security: max-age=", pool: loop.pool)
            outbound.append(Array("\(strict / 1_000)\r\n".utf8), pool: loop.pool)
        }
    }

    /// Ends the head and appends a text.
    private func endAnswer(
        _ text: [UInt8], _ type: StaticString = "text/plain; charset=utf-8", toHEAD: Bool
    ) {
        outbound.appendField("Content-Type", type, pool: loop.pool)
        outbound.appendField("Content-Length", text.count, pool: loop.pool)
        outbound.endHead(pool: loop.pool)
        if !toHEAD { outbound.append(text, pool: loop.pool) }
        touchOutput()
    }
}
