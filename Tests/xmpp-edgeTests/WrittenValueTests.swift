import Testing
import xmpp_edge

@Suite struct WrittenValueTests {
    private static let sizes: [(String, Int?)] = [
        ("0", 0), ("262144", 262_144), ("256 KiB", 262_144), ("256KiB", 262_144), ("1 mib", 1 << 20),
        ("10_000 B", 10_000),
        ("", nil), ("KiB", nil), ("-1", nil), ("1.5 KiB", nil), ("1 kB", nil), ("1 KiB x", nil), ("_1", nil),
        ("18446744073709551616", nil), ("17179869184 GiB", nil), ("9223372036854775808", nil),
    ]

    @Test("A size is a number of bytes, KiB, MiB or GiB", arguments: sizes)
    func size(_ text: String, _ expected: Int?) {
        #expect(WrittenValue.size(text) == expected)
    }

    private static let times: [(String, UInt64?)] = [
        ("0", 0), ("500 ms", 500), ("10 s", 10_000), ("10s", 10_000), ("5 min", 300_000), ("1 H", 3_600_000),
        ("10", nil), ("10 m", nil), ("s", nil), ("-1 s", nil), ("5124095576031 h", nil),
    ]

    @Test("A time has a unit, because a number alone could be anything", arguments: times)
    func time(_ text: String, _ expected: UInt64?) {
        #expect(WrittenValue.time(text) == expected)
    }

    @Test("A switch is written as people and YAML do")
    func isOn() {
        #expect(["true", "YES", "on", "1"].allSatisfy { WrittenValue.isOn($0) == true })
        #expect(["false", "no", "Off", "0"].allSatisfy { WrittenValue.isOn($0) == false })
        #expect(WrittenValue.isOn("maybe") == nil)
    }

    @Test("What is written can be read again", arguments: [1, 1_000, 1_024, 65_536, 10_000_000, 1 << 30] as [Int])
    func roundTrip(_ number: Int) {
        #expect(WrittenValue.size(WrittenValue.text(size: number)) == number)
        #expect(WrittenValue.time(WrittenValue.text(time: UInt64(number))) == UInt64(number))
    }
}
