import LoadTest
import Testing

@Suite struct TextTests {
    @Test(
        arguments: [
            ("50ms", 50_000_000), ("1.5s", 1_500_000_000), ("2m", 120_000_000_000), ("3", 3_000_000_000),
            ("7us", 7_000),
            ("0s", 0),
        ] as [(String, Nanoseconds)])
    func readsTimes(_ text: String, _ span: Nanoseconds) {
        #expect(TimeText.parse(text) == span)
    }

    @Test(arguments: ["", "ms", "5 s", "-1s", "1d", "1e3s", "nan", "99999999999h"])
    func refusesWhatIsNoTime(_ text: String) {
        #expect(TimeText.parse(text) == nil)
    }

    @Test(
        arguments: [
            (812, "812 ns"), (1_234, "1.23 us"), (45_678, "45.7 us"), (345_678, "346 us"), (1_234_567, "1.23 ms"),
            (2_345_678_901, "2.35 s"), (12_000_000_000, "12.0 s"), (999_999_999_999, "1000 s"),
        ] as [(Nanoseconds, String)])
    func writesTimesWithThreeDigits(_ span: Nanoseconds, _ text: String) {
        #expect(TimeText.short(span) == text)
    }

    @Test func writesNumbers() {
        #expect(Decimal.text(3.14159, digits: 2) == "3.14")
        #expect(Decimal.text(-0.004, digits: 2) == "0.00")
        #expect(Decimal.text(-2.5, digits: 1) == "-2.5")
        #expect(Decimal.text(.infinity, digits: 1) == "-")
        #expect(Decimal.grouped(1_234_567) == "1,234,567")
        #expect(Decimal.grouped(-123_456) == "-123,456")
        #expect(Decimal.grouped(999) == "999")
    }
}
