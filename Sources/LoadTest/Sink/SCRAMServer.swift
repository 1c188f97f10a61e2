/// The server's side of one SCRAM exchange (RFC 5802): everybody has the same password and salt. Knows no XML.
internal import Bytes
internal import Crypto

struct SCRAMServer {
    private let hash: HashFunction
    private(set) var user = ""
    private var soFar = ""
    private var nonce = ""
    private var keys: SCRAMKeys?

    private static let salt = Array("xmpp-load's salt".utf8)

    init(hash: HashFunction) {
        self.hash = hash
    }

    /// The challenge for the client's first message.
    mutating func start(_ first: [UInt8], service: SinkService) -> [UInt8] {
        let text = String(decoding: first, as: UTF8.self)
        // Behind the header, which ends with the second comma.
        let bare = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        let message = SCRAMMessage(bare)
        user = message["n"] ?? "nobody"
        nonce = (message["r"] ?? "") + String(decoding: Base64.encode(SecureRandom.bytes(9)), as: UTF8.self)
        keys = service.scramKeys.keys(
            hash: hash, password: service.settings.password, salt: Self.salt,
            iterations: service.settings.iterations)
        let salt = String(decoding: Base64.encode(Self.salt), as: UTF8.self)
        let answer = "r=\(nonce),s=\(salt),i=\(service.settings.iterations)"
        soFar = "\(bare),\(answer)"
        return Array(answer.utf8)
    }

    /// What proves us to the client; nil when the client's proof is wrong.
    mutating func finish(_ final: [UInt8]) -> [UInt8]? {
        let text = String(decoding: final, as: UTF8.self)
        guard let keys, let proofStart = text.firstRange(of: ",p=") else { return nil }
        let whole = "\(soFar),\(text[..<proofStart.lowerBound])"
        let message = SCRAMMessage(text[...])
        guard message["r"] == nonce, message.bytes("p") == keys.proof(whole) else { return nil }
        return Array("v=".utf8) + Base64.encode(keys.serverSignature(whole))
    }
}
