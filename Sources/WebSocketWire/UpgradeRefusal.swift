/// Why an opening handshake is refused (RFC 6455 section 4.2.2), each with the one HTTP answer it gets.
package enum UpgradeRefusal: Error, Equatable, CaseIterable, Sendable {
    case notGET
    case httpTooOld
    case noHost
    case hasBody
    /// An ordinary request on a path that only speaks WebSocket.
    case noUpgrade
    /// `Upgrade: websocket` without the connection option that makes it hold for this hop.
    case noConnectionUpgrade
    case unsupportedVersion
    /// Missing, repeated, or not the Base64 of 16 bytes.
    case invalidKey
    /// The client did not offer the subprotocol that this path speaks.
    case subprotocolNotOffered
    /// Not a list of extensions (RFC 6455 section 9.1); only judged where extensions are spoken.
    case invalidExtensions

    package var status: Int {
        switch self {
        case .notGET: 405
        case .httpTooOld, .noHost, .hasBody, .noConnectionUpgrade, .invalidKey, .subprotocolNotOffered,
            .invalidExtensions:
            400
        case .noUpgrade, .unsupportedVersion: 426
        }
    }

    /// Fields the answer must carry besides the usual ones. An `Upgrade` field needs the connection option beside it
    /// (RFC 9110 section 7.8).
    package var fields: [(name: StaticString, value: StaticString)] {
        switch self {
        case .notGET: [("Allow", "GET")]
        case .noUpgrade, .unsupportedVersion:
            [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13")]
        case .httpTooOld, .noHost, .hasBody, .noConnectionUpgrade, .invalidKey, .subprotocolNotOffered,
            .invalidExtensions:
            []
        }
    }

    /// One line for the body of the answer.
    package var reason: StaticString {
        switch self {
        case .notGET: "A WebSocket handshake is a GET request."
        case .httpTooOld: "A WebSocket handshake needs HTTP/1.1."
        case .noHost: "The Host field is missing."
        case .hasBody: "A WebSocket handshake has no body."
        case .noUpgrade: "This address speaks WebSocket."
        case .noConnectionUpgrade: "The Connection field does not name Upgrade."
        case .unsupportedVersion: "The WebSocket version is 13."
        case .invalidKey: "Sec-WebSocket-Key is not one key of 16 bytes."
        case .subprotocolNotOffered: "The WebSocket subprotocol of this address was not offered."
        case .invalidExtensions: "Sec-WebSocket-Extensions is not a list of extensions."
        }
    }
}
