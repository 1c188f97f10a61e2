/// Dates in header fields (RFC 9110 section 5.6.7): writes the one format that is in use and reads all three. Knows the
/// calendar; does not know what time it is.
package enum HTTPDate {
    private static let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let secondsPerDay = 86_400
    /// From 0000-03-01 to 1970-01-01 in days.
    private static let epoch = 719_468
    /// The last second of the year 9999, so that a year always has four digits.
    private static let last = 253_402_300_799

    // MARK: Writing

    /// `Sun, 06 Nov 1994 08:49:37 GMT`: always 29 bytes. Times outside of the years 1970-9999 are clamped.
    package static func text(unixSeconds: Int) -> [UInt8] {
        let time = max(0, min(unixSeconds, last))
        let (day, second) = time.quotientAndRemainder(dividingBy: secondsPerDay)
        let date = civil(day)
        var text: [UInt8] = []
        text.reserveCapacity(29)
        // 1970-01-01 was a Thursday.
        append(days[(day + 4) % 7], &text)
        append(", ", &text)
        append(date.day, 2, &text)
        append(" ", &text)
        append(months[date.month - 1], &text)
        append(" ", &text)
        append(date.year, 4, &text)
        append(" ", &text)
        append(second / 3_600, 2, &text)
        append(":", &text)
        append(second / 60 % 60, 2, &text)
        append(":", &text)
        append(second % 60, 2, &text)
        append(" GMT", &text)
        return text
    }

    private static func append(_ word: StaticString, _ text: inout [UInt8]) {
        text.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private static func append(_ number: Int, _ digits: Int, _ text: inout [UInt8]) {
        var scale = digits == 4 ? 1_000 : 10
        while scale > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / scale % 10))
            scale /= 10
        }
    }

    /// The date of a day since 1970, counted in years that begin in March so that the leap day comes last.
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + epoch
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - epoch
    }

    // MARK: Reading

    /// Seconds since 1970, or nil for what is none of the three formats.
    /// - Parameter now: decides the century of the obsolete format with two digits.
    package static func parse(_ text: Span<UInt8>, now: Int) -> Int? {
        var reader = Reader(position: 0)
        guard let comma = (0..<text.count).first(where: { text[$0] == Characters.comma }) else {
            return asctime(text, &reader)
        }
        reader.position = comma + 1
        return comma == 3 ? fixdate(text, &reader) : rfc850(text, &reader, now: now)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func fixdate(_ text: Span<UInt8>, _ reader: inout Reader) -> Int? {
        guard text.count == 29, reader.skip(" ", text), let day = reader.number(2, text), reader.skip(" ", text),
            let month = reader.month(text), reader.skip(" ", text), let year = reader.number(4, text),
            reader.skip(" ", text), let time = reader.time(text), reader.skip(" GMT", text)
        else { return nil }
        return seconds(year, month, day, time)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`; a date that seems more than 50 years ahead is in the past century.
    private static func rfc850(_ text: Span<UInt8>, _ reader: inout Reader, now: Int) -> Int? {
        guard reader.skip(" ", text), let day = reader.number(2, text), reader.skip("-", text),
            let month = reader.month(text), reader.skip("-", text), let short = reader.number(2, text),
            reader.skip(" ", text), let time = reader.time(text), reader.skip(" GMT", text),
            reader.position == text.count
        else { return nil }
        let thisYear = civil(max(0, min(now, last)) / secondsPerDay).year
        var year = thisYear - thisYear % 100 + short
        if year > thisYear + 50 { year -= 100 }
        return seconds(year, month, day, time)
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func asctime(_ text: Span<UInt8>, _ reader: inout Reader) -> Int? {
        guard text.count == 24 else { return nil }
        reader.position = 3
        guard reader.skip(" ", text), let month = reader.month(text), reader.skip(" ", text) else { return nil }
        let isPadded = reader.skip(" ", text)
        guard let day = reader.number(isPadded ? 1 : 2, text), reader.skip(" ", text), let time = reader.time(text),
            reader.skip(" ", text), let year = reader.number(4, text)
        else { return nil }
        return seconds(year, month, day, time)
    }

    private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ time: Int) -> Int? {
        guard year >= 1, day >= 1, day <= 31 else { return nil }
        return days(year: year, month: month, day: day) * secondsPerDay + time
    }

    private struct Reader {
        var position: Int

        mutating func skip(_ word: StaticString, _ text: Span<UInt8>) -> Bool {
            let size = word.utf8CodeUnitCount
            guard position + size <= text.count else { return false }
            for offset in 0..<size where text[position + offset] != word.utf8Start[offset] { return false }
            position += size
            return true
        }

        mutating func number(_ digits: Int, _ text: Span<UInt8>) -> Int? {
            guard position + digits <= text.count else { return nil }
            var value = 0
            for _ in 0..<digits {
                guard Characters.isDigit(text[position]) else { return nil }
                value = value * 10 + Int(text[position] - UInt8(ascii: "0"))
                position += 1
            }
            return value
        }

        mutating func month(_ text: Span<UInt8>) -> Int? {
            for (index, name) in months.enumerated() where skip(name, text) { return index + 1 }
            return nil
        }

        /// Seconds since midnight; a leap second is taken.
        mutating func time(_ text: Span<UInt8>) -> Int? {
            guard let hour = number(2, text), skip(":", text), let minute = number(2, text), skip(":", text),
                let second = number(2, text), hour < 24, minute < 60, second <= 60
            else { return nil }
            return hour * 3_600 + minute * 60 + second
        }
    }
}
