/// Finds the known key that somebody probably meant. Knows spelling only.
package enum NearestWord {
    /// The known key with the fewest changes; a key written outside of its group counts as near.
    package static func find(_ written: String, in known: [String]) -> String? {
        known.min { distance(written, $0) < distance(written, $1) }
    }

    private static func distance(_ one: String, _ other: String) -> Int {
        min(edits(one, other), edits(last(one), last(other)) + 1)
    }

    private static func last(_ key: String) -> String {
        String(key.split(separator: ".").last ?? "")
    }

    /// Levenshtein's distance.
    package static func edits(_ one: String, _ other: String) -> Int {
        let other = Array(other.unicodeScalars)
        var row = Array(0...other.count)
        for (line, scalar) in one.unicodeScalars.enumerated() {
            var corner = row[0]
            row[0] = line + 1
            for (column, candidate) in other.enumerated() {
                let replaced = corner + (scalar == candidate ? 0 : 1)
                corner = row[column + 1]
                row[column + 1] = min(replaced, corner + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
