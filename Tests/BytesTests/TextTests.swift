import Bytes
import Testing
import WireTesting

@Suite struct TextTests {
    @Test(arguments: ["", "a", "héllo", "日本語", "😀 and text", "\u{10FFFF}", "\u{FFFF}"])
    func acceptsUTF8HoweverItIsCut(text: String) {
        for pieces in Cuts.all(of: Array(text.utf8)) {
            var validator = UTF8Validator()
            let valid = pieces.allSatisfy { validator.check(Array($0).span) }
            #expect(valid && validator.isComplete)
        }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0xAF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0x61, 0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8HoweverItIsCut(bytes: [UInt8]) {
        for pieces in Cuts.all(of: bytes) {
            var validator = UTF8Validator()
            let valid = pieces.allSatisfy { validator.check(Array($0).span) }
            #expect(!valid)
        }
    }

    @Test func agreesWithTheStandardLibraryOnRandomBytes() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<20_000 {
            let size = Int.random(in: 0...12, using: &random)
            let bytes = (0..<size).map { _ in
                Bool.random(using: &random) ? UInt8.random(in: 0x80...0xFF, using: &random) : 0x41
            }
            var validator = UTF8Validator()
            let valid = validator.check(bytes.span) && validator.isComplete
            #expect(valid == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }

    @Test func encodesTheVectorsOfRFC4648() {
        let vectors = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE="]
        for (plain, coded) in vectors {
            #expect(Base64.encode(Array(plain.utf8)) == Array(coded.utf8))
            #expect(Base64.decode(Array(coded.utf8)) == Array(plain.utf8))
        }
    }

    @Test(arguments: ["Zg=", "Zh==", "Zm9=", "Z===", "Zg==Zg==", "Zm9v\n", "Zm9-", "===="])
    func refusesBase64ThatIsNotCanonical(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test func readsHexOfBothCasesAndWritesLower() {
        #expect(Hex.decode(Array("00fFA0".utf8)) == [0, 255, 160])
        #expect(Hex.encode([0, 255, 160]) == Array("00ffa0".utf8))
        #expect(Hex.decode(Array("0".utf8)) == nil)
        #expect(Hex.decode(Array("0g".utf8)) == nil)
    }

    @Test func comparesWithAndWithoutCase() {
        let text = Array("Upgrade".utf8)
        // #expect cannot take a Span as an argument, so the results come first.
        let equalLoosely = ASCII.equalIgnoringCase(text.span, lower: "upgrade")
        let equalExactly = ASCII.equal(text.span, "upgrade")
        let found = ASCII.firstIndex(of: UInt8(ascii: "g"), in: text.span)
        let missed = ASCII.firstIndex(of: UInt8(ascii: "U"), in: text.span, from: 1)
        #expect(equalLoosely && !equalExactly)
        #expect(found == 2 && missed == nil)
    }
}
