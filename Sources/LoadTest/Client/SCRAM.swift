/// The arithmetic and the messages of SCRAM (RFC 5802, RFC 7677) without channel binding, both roles. Knows no XML.
internal import Bytes
internal import Crypto

/// What both sides compute from a password; the iterations make it expensive, so it is kept.
struct SCRAMKeys: Equatable {
    let hash: HashFunction
    let clientKey: [UInt8]
    let serverKey: [UInt8]

    init(hash: HashFunction, password: String, salt: [UInt8], iterations: Int) {
        self.hash = hash
        let salted = hash.pbkdf2(password: Array(password.utf8), salt: salt, iterations: iterations)
        clientKey = hash.hmac(key: salted, Array("Client Key".utf8))
        serverKey = hash.hmac(key: salted, Array("Server Key".utf8))
    }

    func proof(_ authMessage: String) -> [UInt8] {
        let signature = hash.hmac(key: hash.digest(clientKey), Array(authMessage.utf8))
        return zip(clientKey, signature).map { $0 ^ $1 }
    }

    func serverSignature(_ authMessage: String) -> [UInt8] {
        hash.hmac(key: serverKey, Array(authMessage.utf8))
    }
}

/// The attributes of one SCRAM message: `r=...,s=...,i=...`.
struct SCRAMMessage {
    private let fields: [(name: Character, value: Substring)]

    init(_ text: Substring) {
        fields = text.split(separator: ",").compactMap { field in
            guard let name = field.first, field.dropFirst().first == "=" else { return nil }
            return (name, field.dropFirst(2))
        }
    }

    subscript(_ name: Character) -> String? {
        fields.first { $0.name == name }.map { String($0.value) }
    }

    func bytes(_ name: Character) -> [UInt8]? {
        self[name].flatMap { Base64.decode(Array($0.utf8)) }
    }
}

/// The client's side of one exchange.
struct SCRAMClient {
    private let hash: HashFunction
    private let account: Account
    private let nonce: String
    private let firstBare: String
    private var expected: [UInt8] = []

    /// The header that says: no channel binding.
    private static let header = "n,,"

    init(hash: HashFunction, account: Account) {
        self.hash = hash
        self.account = account
        nonce = String(decoding: Base64.encode(SecureRandom.bytes(15)), as: UTF8.self)
        let name = account.user.replacing("=", with: "=3D").replacing(",", with: "=2C")
        firstBare = "n=\(name),r=\(nonce)"
    }

    var first: [UInt8] { Array((Self.header + firstBare).utf8) }

    /// The answer to the server's first message; nil when that is none.
    mutating func answer(_ challenge: [UInt8], keys cache: inout SCRAMKeyCache) -> [UInt8]? {
        let serverFirst = String(decoding: challenge, as: UTF8.self)
        let message = SCRAMMessage(serverFirst[...])
        guard let combined = message["r"], combined.hasPrefix(nonce), let salt = message.bytes("s"),
            let iterations = message["i"].flatMap({ Int($0) }), (1...1_000_000).contains(iterations)
        else { return nil }
        let keys = cache.keys(hash: hash, password: account.password, salt: salt, iterations: iterations)
        let final = "c=biws,r=\(combined)"
        let whole = "\(firstBare),\(serverFirst),\(final)"
        expected = keys.serverSignature(whole)
        return Array("\(final),p=".utf8) + Base64.encode(keys.proof(whole))
    }

    /// Whether the server has proved that it knows the password too.
    func accepts(_ success: [UInt8]) -> Bool {
        SCRAMMessage(String(decoding: success, as: UTF8.self)[...]).bytes("v") == expected
    }
}

/// Keys by password, salt and iterations: a thousand sessions of one account derive them once.
struct SCRAMKeyCache {
    private struct Name: Hashable {
        let isSHA1: Bool
        let password: String
        let salt: [UInt8]
        let iterations: Int
    }

    /// Accounts whose keys are kept; more than that derive them anew.
    private static let limit = 100_000
    private var known: [Name: SCRAMKeys] = [:]

    mutating func keys(hash: HashFunction, password: String, salt: [UInt8], iterations: Int) -> SCRAMKeys {
        let name = Name(isSHA1: hash == .sha1, password: password, salt: salt, iterations: iterations)
        if let keys = known[name] { return keys }
        let keys = SCRAMKeys(hash: hash, password: password, salt: salt, iterations: iterations)
        if known.count < Self.limit { known[name] = keys }
        return keys
    }
}
