/// The client's side of one SASL exchange: which mechanism, what to send. Knows PLAIN, ANONYMOUS and SCRAM; knows no XML.
internal import Bytes
internal import Crypto

package enum Mechanism: String, CaseIterable, Codable, Sendable {
    // The strongest first.
    case scramSHA256 = "SCRAM-SHA-256"
    case scramSHA1 = "SCRAM-SHA-1"
    case plain = "PLAIN"
    case anonymous = "ANONYMOUS"

    /// In a client's start tag, between quotes.
    var asChosen: String { Self.chosen[self] ?? "" }

    private static let chosen = Dictionary(uniqueKeysWithValues: allCases.map { ($0, "'\($0.rawValue)'") })
}

struct SASLClient {
    let mechanism: Mechanism
    private let account: Account?
    private var scram: SCRAMClient?

    /// Nil when nothing that is offered fits.
    /// - Parameter wanted: the only mechanism to use; nil for the strongest.
    init?(offered: [String], account: Account?, wanted: Mechanism?) {
        let candidates = Mechanism.allCases.filter { ($0 == .anonymous) == (account == nil) }
        guard let mechanism = candidates.first(where: { offered.contains($0.rawValue) && (wanted ?? $0) == $0 }) else {
            return nil
        }
        self.mechanism = mechanism
        self.account = account
        switch mechanism {
        case .scramSHA256: scram = account.map { SCRAMClient(hash: .sha256, account: $0) }
        case .scramSHA1: scram = account.map { SCRAMClient(hash: .sha1, account: $0) }
        case .plain, .anonymous: break
        }
    }

    /// The whole `<auth/>` element.
    func auth() -> [UInt8] {
        let start = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='\(mechanism.rawValue)'>"
        var initial: [UInt8] = []
        switch mechanism {
        case .anonymous: break
        case .plain: initial = [0] + Array((account?.user ?? "").utf8) + [0] + Array((account?.password ?? "").utf8)
        case .scramSHA1, .scramSHA256: initial = scram?.first ?? []
        }
        return Array(start.utf8) + Base64.encode(initial) + Array("</auth>".utf8)
    }

    /// The whole `<response/>` to the content of a challenge; nil when the server is wrong.
    mutating func response(to content: [UInt8], keys: inout SCRAMKeyCache) -> [UInt8]? {
        guard let challenge = Base64.decode(content), let answer = scram?.answer(challenge, keys: &keys) else {
            return nil
        }
        return Array("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>".utf8) + Base64.encode(answer)
            + Array("</response>".utf8)
    }

    /// Whether the content of `<success/>` is what it must be.
    func accepts(success content: [UInt8]) -> Bool {
        guard let scram else { return true }
        return Base64.decode(content).map { scram.accepts($0) } ?? false
    }
}
