internal import Bytes

/// What both ends agreed on for permessage-deflate (RFC 7692 section 7.1), and how offers lead to it. Knows parameters;
/// does not compress.
///
/// A server of ours usually keeps no window between messages and asks its clients not to either: an idle session then
/// needs no memory for compression, and one deflater and one inflater serve all sessions of a thread.
package struct DeflateAgreement: Equatable, Sendable {
    /// Each message of the server starts with an empty window.
    package let serverForgets: Bool
    /// Each message of the client starts with an empty window.
    package let clientForgets: Bool
    /// The logarithm of the window the server compresses with, 9 to 15; nil when it was not spoken of and is 15.
    package let serverWindowBits: Int?
    /// The same for the client's window.
    package let clientWindowBits: Int?

    private static let name = Array("permessage-deflate".utf8)
    /// What a client of ours offers. Without `client_max_window_bits`, so that the server cannot limit our window.
    static let offer: StaticString = "permessage-deflate"

    /// The server's answer to offers in their order: the first it can take, or nil.
    /// - Parameter window: the logarithm of the window that may be kept between messages, 9 to 15; nil for none.
    init?(offers: [ExtensionOffer], window: Int? = nil) {
        for offer in offers where offer.name == Self.name {
            guard let parameters = Parameters(offer, clientWindowNeedsValue: false) else { continue }
            // zlib cannot write with a window of 8, and must not write with a larger one.
            if parameters.serverWindowBits == 8 { continue }
            if let window { self.init(keeping: window, parameters) } else { self.init(forgetting: parameters) }
            return
        }
        return nil
    }

    private init(forgetting parameters: Parameters) {
        serverForgets = true
        clientForgets = true
        serverWindowBits = parameters.serverWindowBits
        clientWindowBits = nil
    }

    private init(keeping window: Int, _ parameters: Parameters) {
        serverForgets = parameters.serverForgets
        serverWindowBits = min(parameters.serverWindowBits ?? 15, window)
        // Only who says that it can be limited may be (RFC 7692 section 7.1.2.2). Who cannot, or wants the window of 8
        // that many implementations lack, keeps none.
        let largest = parameters.hasClientWindow ? parameters.clientWindowBits ?? 15 : 8
        clientForgets = parameters.clientForgets || largest == 8
        clientWindowBits = clientForgets ? nil : min(largest, window)
    }

    /// What a server answered to our offer, or nil when it is not an answer to it.
    init?(answer: ExtensionOffer) {
        guard answer.name == Self.name, let parameters = Parameters(answer, clientWindowNeedsValue: true),
            !parameters.hasClientWindow
        else { return nil }
        serverForgets = parameters.serverForgets
        clientForgets = parameters.clientForgets
        serverWindowBits = parameters.serverWindowBits
        clientWindowBits = nil
    }

    /// Appends the value of the server's `Sec-WebSocket-Extensions` field.
    func append(to output: inout ByteBuffer, pool: BufferPool) {
        output.append("permessage-deflate", pool: pool)
        if serverForgets { output.append("; server_no_context_takeover", pool: pool) }
        if clientForgets { output.append("; client_no_context_takeover", pool: pool) }
        if let bits = serverWindowBits {
            output.append("; server_max_window_bits=", pool: pool)
            output.append(Array("\(bits)".utf8), pool: pool)
        }
        if let bits = clientWindowBits {
            output.append("; client_max_window_bits=", pool: pool)
            output.append(Array("\(bits)".utf8), pool: pool)
        }
    }
}

/// The parameters of one offer or answer, each at most once and with a proper value.
private struct Parameters {
    var serverForgets = false
    var clientForgets = false
    var serverWindowBits: Int?
    var hasClientWindow = false
    var clientWindowBits: Int?

    /// Nil when a parameter is unknown, repeated or has a wrong value (RFC 7692 section 7.1).
    /// - Parameter clientWindowNeedsValue: in an answer; an offer may only name `client_max_window_bits`.
    init?(_ offer: ExtensionOffer, clientWindowNeedsValue: Bool) {
        for parameter in offer.parameters {
            switch String(decoding: parameter.name, as: UTF8.self) {
            case "server_no_context_takeover":
                guard !serverForgets, parameter.value == nil else { return nil }
                serverForgets = true
            case "client_no_context_takeover":
                guard !clientForgets, parameter.value == nil else { return nil }
                clientForgets = true
            case "server_max_window_bits":
                guard serverWindowBits == nil, let bits = Self.windowBits(parameter.value) else { return nil }
                serverWindowBits = bits
            case "client_max_window_bits":
                guard !hasClientWindow else { return nil }
                if parameter.value != nil || clientWindowNeedsValue {
                    guard let bits = Self.windowBits(parameter.value) else { return nil }
                    clientWindowBits = bits
                }
                hasClientWindow = true
            default: return nil
            }
        }
    }

    /// 8 to 15 without leading zeros.
    private static func windowBits(_ value: [UInt8]?) -> Int? {
        guard let value else { return nil }
        return (8...15).first { Array("\($0)".utf8) == value }
    }
}
