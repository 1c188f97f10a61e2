/// Makes well-formed XML at random, repeatably, with everything in it that makes cutting and namespaces hard: prefixes,
/// declarations on the way, `>` in attributes, CDATA, references, characters of every length.
package struct XMLGenerator {
    private var generator: SplitMix64

    package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// A stream of a server from its declaration to its end.
    package mutating func stream() -> String {
        let prefix = pick(["stream", "stream", "stream", "s", "st.r"])
        let content = pick(["jabber:client", "jabber:client", "urn:example:content"])
        var declared = [prefix, "xml"]
        var header = [
            " xmlns:\(prefix)=\(quoted("http://etherx.jabber.org/streams"))", " xmlns=\(quoted(content))",
            " id=\(quoted("i1"))", " version='1.0'", " from=\(quoted("edge.test"))",
        ]
        for extra in ["ack", "x"] where chance(4) {
            header.append(" xmlns:\(extra)=\(quoted("urn:example:\(extra)"))")
            declared.append(extra)
        }
        header.shuffle(using: &generator)
        let start = pick(["", "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n"])
        var body = ""
        for _ in 0..<Int.random(in: 0...5, using: &generator) {
            body += pick(["", "", "\n", " \t\r\n"]) + element(depth: 0, declared: declared)
        }
        return start + "<\(prefix):stream\(header.joined())\(pick(["", " ", "\n"]))>" + body + "</\(prefix):stream>"
    }

    /// One element that uses no prefix but those in `declared` and those it declares itself.
    package mutating func element(depth: Int = 0, declared: [String] = ["xml"]) -> String {
        var declared = declared
        var attributes: [String] = []
        if chance(3) {
            attributes.append(" xmlns=\(quoted(pick(["jabber:client", "urn:example:a", "urn:example:b"])))")
        }
        for prefix in ["p", "q", "stream", "c"] where chance(8) {
            attributes.append(" xmlns:\(prefix)=\(quoted(prefix == "c" ? "jabber:client" : "urn:example:\(prefix)"))")
            if !declared.contains(prefix) { declared.append(prefix) }
        }
        let prefixes = declared.filter { $0 != "xml" }
        for name in ["to", "from", "id", "a", "b", "type"] where chance(3) {
            attributes.append("\(pick([" ", "\n", "  "]))\(name)\(pick(["=", " = "]))\(attributeValue())")
        }
        if chance(4) { attributes.append(" xml:lang='de'") }
        if let prefix = prefixes.randomElement(using: &generator), chance(4) {
            attributes.append(" \(prefix):k=\(attributeValue())")
        }
        attributes.shuffle(using: &generator)
        let local = pick(["message", "presence", "iq", "body", "x", "features", "error", "a.b-c_d", "é"])
        let prefix = chance(4) ? prefixes.randomElement(using: &generator) : nil
        let name = prefix.map { "\($0):\(local)" } ?? local
        let start = "<\(name)\(attributes.joined())\(pick(["", " ", "\n"]))"
        if chance(4) { return start + "/>" }
        var content = ""
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            content += depth < 4 && chance(2) ? element(depth: depth + 1, declared: declared) : text()
        }
        return start + ">" + content + "</\(name)\(pick(["", " "]))>"
    }

    private mutating func text() -> String {
        pick([
            "hello", "a &lt; b &amp; c", "&#x1F600;&#233;", "日本語 😀", "\n  ", "a > b", "\"quotes' in text", "]]",
            "a\tb\r\nc",
            "<![CDATA[]]>", "<![CDATA[<a b='>]]]>", "<![CDATA[</stream:stream> & ]] > ]]>", "<![CDATA[]]]]>",
            String(repeating: "long ", count: 9),
        ])
    }

    private mutating func attributeValue() -> String {
        quoted(
            pick([
                "", "x", "1 > 0", "a/>", "</message>", "&lt;&amp;&quot;&apos;", "&#10;&#9;&#13;", "日本語", "xmlns='y'",
                "a b",
                "]]>", "stream:x", "user@example.org/resource",
            ]))
    }

    /// Between quotes of either kind, whichever the value does not have.
    private mutating func quoted(_ value: String) -> String {
        var value = value
        if value.contains("<") {
            value = value.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "&lt;")
        }
        if value.contains("'") { return "\"\(value)\"" }
        return chance(2) ? "'\(value)'" : "\"\(value)\""
    }

    private mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &generator) ?? ""
    }

    /// True once in `times`.
    private mutating func chance(_ times: Int) -> Bool {
        Int.random(in: 0..<times, using: &generator) == 0
    }
}
