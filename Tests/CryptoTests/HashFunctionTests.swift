import Bytes
import Crypto
import Testing

@Suite struct HashFunctionTests {
    private func hex(_ bytes: [UInt8]) -> String { String(decoding: Hex.encode(bytes), as: UTF8.self) }

    @Test func digestsTheVectorsOfFIPS180() {
        let abc = Array("abc".utf8)
        #expect(hex(HashFunction.sha1.digest(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(hex(HashFunction.sha1.digest([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(
            hex(HashFunction.sha256.digest(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex(HashFunction.sha256.digest([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func digestsLentBytesLikeAnArray() {
        let bytes = Array("0abc0".utf8)
        let lent = HashFunction.sha1.digest(bytes.span.extracting(1..<4))
        #expect(lent == HashFunction.sha1.digest(Array("abc".utf8)))
    }

    @Test func authenticatesTheVectorsOfRFC2202AndRFC4231() {
        let data = Array("what do ya want for nothing?".utf8)
        let key = Array("Jefe".utf8)
        #expect(hex(HashFunction.sha1.hmac(key: key, data)) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        #expect(
            hex(HashFunction.sha256.hmac(key: key, data))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let longKey = [UInt8](repeating: 0xAA, count: 131)
        let text = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        #expect(
            hex(HashFunction.sha256.hmac(key: longKey, text))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        #expect(hex(HashFunction.sha1.hmac(key: [], [])) == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d")
    }

    @Test(arguments: [
        ("password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
        ("password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
        ("password", "salt", 4_096, "4b007901b765489abead49d926f721d065a429c1"),
    ])
    func derivesTheVectorsOfRFC6070(password: String, salt: String, iterations: Int, expected: String) {
        let key = HashFunction.sha1.pbkdf2(
            password: Array(password.utf8), salt: Array(salt.utf8), iterations: iterations)
        #expect(hex(key) == expected)
    }

    /// RFC 7677 section 3: the server signature of SCRAM-SHA-256 comes out of PBKDF2 and HMAC together.
    @Test func derivesTheServerSignatureOfRFC7677() throws {
        let salt = try #require(Base64.decode(Array("W22ZaJ0SNY7soEsUEjb6gQ==".utf8)))
        let salted = HashFunction.sha256.pbkdf2(password: Array("pencil".utf8), salt: salt, iterations: 4_096)
        let serverKey = HashFunction.sha256.hmac(key: salted, Array("Server Key".utf8))
        let message =
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let signature = HashFunction.sha256.hmac(key: serverKey, Array(message.utf8))
        #expect(Base64.encode(signature) == Array("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
    }
}
