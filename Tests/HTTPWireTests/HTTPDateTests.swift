import HTTPWire
import Testing

@Suite struct HTTPDateTests {
    private func text(_ seconds: Int) -> String { String(decoding: HTTPDate.text(unixSeconds: seconds), as: UTF8.self) }
    private func parse(_ text: String, now: Int = 1_700_000_000) -> Int? {
        HTTPDate.parse(Array(text.utf8).span, now: now)
    }

    @Test("H1-041: dates are written as IMF-fixdate")
    func writing() {
        #expect(text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(text(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(text(4_107_542_399) == "Sun, 28 Feb 2100 23:59:59 GMT")
        #expect(text(4_107_542_400) == "Mon, 01 Mar 2100 00:00:00 GMT")
        #expect(text(253_402_300_799) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(text(.max) == text(253_402_300_799))
        #expect(text(.min) == text(0))
    }

    @Test("SF-007: three formats are read")
    func reading() {
        #expect(parse("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(parse("Sunday, 06-Nov-94 08:49:37 GMT") == 784_111_777)
        #expect(parse("Sun Nov  6 08:49:37 1994") == 784_111_777)
        #expect(parse("Sun Nov 16 08:49:37 1994") == 784_111_777 + 10 * 86_400)
        #expect(parse("Sunday, 06-Nov-50 08:49:37 GMT") == 2_551_337_377)
    }

    @Test("every day comes back as it was written")
    func roundTrip() {
        for day in stride(from: 0, to: 80_000, by: 1) {
            let seconds = day * 86_400 + day % 86_400
            #expect(HTTPDate.parse(HTTPDate.text(unixSeconds: seconds).span, now: 0) == seconds)
        }
    }

    @Test(
        "SF-007: what is no date is none",
        arguments: [
            "", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", ",", "Sun,", "1994-11-06T08:49:37Z",
            "Sunday, 06-Nov-94 08:49:37 GMTx", "Sun Nov  6 08:49:37 19x4",
        ])
    func junk(text: String) {
        #expect(parse(text) == nil)
    }
}
