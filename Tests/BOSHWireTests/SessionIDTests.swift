import BOSHWire
import Bytes
import Testing

@Suite struct SessionIDTests {
    @Test("BO-028: a name reads back as it was, and says where the session lives")
    func roundTrip() {
        for home in [UInt16(0), 1, 7, .max] {
            let id = SessionID(home: home)
            #expect(SessionID(id.text.span) == id)
            #expect(SessionID(id.text.span)?.home == home)
            let tagged = SessionID(home: home, node: "node-12_")
            #expect(SessionID(tagged.text.span) == tagged)
            #expect(tagged.text.starts(with: "node-12_.".utf8))
        }
    }

    @Test("BO-028: no two names are alike, and they need no escaping")
    func unique() {
        let names = Set((0..<10_000).map { _ in String(decoding: SessionID(home: 3).text, as: UTF8.self) })
        #expect(names.count == 10_000)
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        #expect(names.allSatisfy { $0.count == 30 && $0.allSatisfy(allowed.contains) })
        // Each place of the random part takes many values.
        for place in 3..<29 { #expect(Set(names.map { Array($0)[place] }).count == 64, "\(place)") }
    }

    @Test("other texts are no names")
    func foreign() {
        let good = String(decoding: SessionID(home: 3).text, as: UTF8.self)
        for bad in [
            "", "x", good + "A", String(good.dropLast()), "." + good, "123456789." + good, "a b." + good, good + " ",
        ] {
            #expect(SessionID(Array(bad.utf8).span) == nil, "\(bad)")
        }
    }
}
