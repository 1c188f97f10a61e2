internal import Bytes

/// The server's side of the opening handshake (RFC 6455 section 4.2): takes the fields of a request head one by one and
/// judges them. Knows what makes a request a WebSocket handshake; does not know HTTP syntax, paths or origins.
package struct UpgradeRequest: Sendable {
    private enum Version {
        case missing
        case supported
        case other
    }

    private let isGET: Bool
    private let minorVersion: Int
    private let hasHost: Bool
    private let hasBody: Bool

    /// Whether the client asks for WebSocket at all, rightly or not.
    package private(set) var isUpgradeAttempt = false
    private var connectionUpgrades = false
    private var version = Version.missing
    /// Each `Sec-WebSocket-Key` field; the head's size limit bounds them.
    private var keys: [[UInt8]] = []
    /// All `Sec-WebSocket-Protocol` and `Sec-WebSocket-Extensions` fields, each with a comma behind it: several lines
    /// are one list (RFC 9110 section 5.3).
    private var subprotocols: [UInt8] = []
    private var extensions: [UInt8] = []

    /// - Parameters:
    ///   - minorVersion: of HTTP/1.
    ///   - hasBody: whether the head announces a body of any size but 0.
    package init(isGET: Bool, minorVersion: Int, hasHost: Bool, hasBody: Bool) {
        self.isGET = isGET
        self.minorVersion = minorVersion
        self.hasHost = hasHost
        self.hasBody = hasBody
    }

    /// Takes one header field, its value without surrounding whitespace; passes over those that do not matter.
    package mutating func add(name: Span<UInt8>, value: Span<UInt8>) {
        if ASCII.equalIgnoringCase(name, lower: "upgrade") {
            if TokenList.contains(value, where: { ASCII.equalIgnoringCase($0, lower: "websocket") }) {
                isUpgradeAttempt = true
            }
        } else if ASCII.equalIgnoringCase(name, lower: "connection") {
            if TokenList.contains(value, where: { ASCII.equalIgnoringCase($0, lower: "upgrade") }) {
                connectionUpgrades = true
            }
        } else if ASCII.equalIgnoringCase(name, lower: "sec-websocket-key") {
            keys.append([UInt8](copying: value))
        } else if ASCII.equalIgnoringCase(name, lower: "sec-websocket-version") {
            version = version == .missing && ASCII.equal(value, "13") ? .supported : .other
        } else if ASCII.equalIgnoringCase(name, lower: "sec-websocket-protocol") {
            subprotocols += [UInt8](copying: value) + [UInt8(ascii: ",")]
        } else if ASCII.equalIgnoringCase(name, lower: "sec-websocket-extensions") {
            extensions += [UInt8](copying: value) + [UInt8(ascii: ",")]
        }
    }

    /// What to answer, or why not.
    /// - Parameters:
    ///   - subprotocol: the one this path speaks and therefore demands; nil for none.
    ///   - compresses: whether permessage-deflate is agreed to where it is offered.
    ///   - window: the logarithm of the window that either side may keep from message to message, 9 to 15; nil when
    ///     none is to be kept.
    package func accept(
        subprotocol: StaticString?, compresses: Bool = false, window: Int? = nil
    ) throws(UpgradeRefusal) -> UpgradeAnswer {
        guard isGET else { throw .notGET }
        guard isUpgradeAttempt else { throw .noUpgrade }
        guard minorVersion >= 1 else { throw .httpTooOld }
        guard hasHost else { throw .noHost }
        guard !hasBody else { throw .hasBody }
        guard connectionUpgrades else { throw .noConnectionUpgrade }
        guard version == .supported else { throw .unsupportedVersion }
        guard keys.count == 1, let key = keys.first, AcceptKey.isValid(key) else { throw .invalidKey }
        // Case matters in subprotocol names (RFC 6455 section 4.2.2).
        if let subprotocol, !TokenList.contains(subprotocols.span, where: { ASCII.equal($0, subprotocol) }) {
            throw .subprotocolNotOffered
        }
        let deflate = compresses ? try agreement(window) : nil
        return UpgradeAnswer(acceptKey: AcceptKey.answer(to: key), subprotocol: subprotocol, deflate: deflate)
    }

    private func agreement(_ window: Int?) throws(UpgradeRefusal) -> DeflateAgreement? {
        guard let offers = ExtensionOffer.list(extensions) else { throw .invalidExtensions }
        return DeflateAgreement(offers: offers, window: window)
    }
}
