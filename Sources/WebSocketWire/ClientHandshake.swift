package import Bytes

/// What a server can do wrong in its answer to our handshake; each ends the connection (RFC 6455 section 4.1).
package enum HandshakeFailure: Error, Equatable, Sendable {
    case refused(status: Int)
    case noUpgrade
    case wrongAcceptKey
    case wrongSubprotocol
    /// An extension that was not offered, or permessage-deflate with parameters that do not answer our offer.
    case wrongExtensions
}

/// The client's side of the opening handshake (RFC 6455 section 4.1): composes the request and judges the answer's
/// fields. Knows no HTTP syntax of answers, no sockets.
package struct ClientHandshake: Sendable {
    private let key: [UInt8]
    private let subprotocol: StaticString?
    private var upgrades = false
    private var connectionUpgrades = false
    private var acceptKeys = 0
    private var isAcceptKeyRight = false
    private var subprotocols = 0
    private var isSubprotocolRight = false
    private let compresses: Bool
    private var extensions: [UInt8] = []

    /// - Parameters:
    ///   - nonce: 16 random bytes, new for each connection.
    ///   - subprotocol: the only one offered.
    ///   - compresses: whether permessage-deflate is offered.
    package init(nonce: [UInt8], subprotocol: StaticString?, compresses: Bool = false) {
        precondition(nonce.count == 16, "a WebSocket key has 16 bytes")
        key = Base64.encode(nonce)
        self.subprotocol = subprotocol
        self.compresses = compresses
    }

    /// Appends the whole request head.
    /// - Parameters:
    ///   - target: the origin form, `/path?query`.
    ///   - host: with the port unless it is the scheme's own.
    ///   - origin: as a page would send it; nil for none.
    package func appendRequest(
        target: [UInt8], host: [UInt8], origin: [UInt8]?, to output: inout ByteBuffer, pool: BufferPool
    ) {
        output.append("GET ", pool: pool)
        output.append(target, pool: pool)
        output.append(" HTTP/1.1\r\nHost: ", pool: pool)
        output.append(host, pool: pool)
        output.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ", pool: pool)
        output.append(key, pool: pool)
        output.append("\r\nSec-WebSocket-Version: 13\r\n", pool: pool)
        if let origin {
            output.append("Origin: ", pool: pool)
            output.append(origin, pool: pool)
            output.append("\r\n", pool: pool)
        }
        if let subprotocol {
            output.append("Sec-WebSocket-Protocol: ", pool: pool)
            output.append(subprotocol, pool: pool)
            output.append("\r\n", pool: pool)
        }
        if compresses {
            output.append("Sec-WebSocket-Extensions: ", pool: pool)
            output.append(DeflateAgreement.offer, pool: pool)
            output.append("\r\n", pool: pool)
        }
        output.append("\r\n", pool: pool)
    }

    /// Takes one header field of the answer, its value without surrounding whitespace.
    package mutating func add(name: Span<UInt8>, value: Span<UInt8>) {
        if ASCII.equalIgnoringCase(name, lower: "upgrade") {
            if ASCII.equalIgnoringCase(value, lower: "websocket") { upgrades = true }
        } else if ASCII.equalIgnoringCase(name, lower: "connection") {
            if TokenList.contains(value, where: { ASCII.equalIgnoringCase($0, lower: "upgrade") }) {
                connectionUpgrades = true
            }
        } else if ASCII.equalIgnoringCase(name, lower: "sec-websocket-accept") {
            acceptKeys += 1
            isAcceptKeyRight = [UInt8](copying: value) == AcceptKey.answer(to: key)
        } else if ASCII.equalIgnoringCase(name, lower: "sec-websocket-protocol") {
            subprotocols += 1
            isSubprotocolRight = subprotocol.map { ASCII.equal(value, $0) } ?? false
        } else if ASCII.equalIgnoringCase(name, lower: "sec-websocket-extensions") {
            extensions += [UInt8](copying: value) + [UInt8(ascii: ",")]
        }
    }

    /// Returns when the connection is open. Frames follow the answer's head.
    /// - Returns: how messages may be compressed; nil when they may not.
    @discardableResult
    package func check(status: Int) throws(HandshakeFailure) -> DeflateAgreement? {
        guard status == 101 else { throw .refused(status: status) }
        guard upgrades && connectionUpgrades else { throw .noUpgrade }
        guard acceptKeys == 1 && isAcceptKeyRight else { throw .wrongAcceptKey }
        let isChoiceRight = subprotocol == nil ? subprotocols == 0 : subprotocols == 1 && isSubprotocolRight
        guard isChoiceRight else { throw .wrongSubprotocol }
        return try agreement()
    }

    private func agreement() throws(HandshakeFailure) -> DeflateAgreement? {
        guard let answers = ExtensionOffer.list(extensions) else { throw .wrongExtensions }
        guard let answer = answers.first else { return nil }
        guard compresses, answers.count == 1, let agreement = DeflateAgreement(answer: answer) else {
            throw .wrongExtensions
        }
        return agreement
    }
}
