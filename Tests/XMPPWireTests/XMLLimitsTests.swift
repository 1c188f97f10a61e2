import Testing
import XMPPWire

private let start = "<message xmlns='jabber:client'>"
private let end = "</message>"

/// A message of exactly `size` bytes.
private func message(of size: Int) -> [UInt8] {
    Array((start + String(repeating: "x", count: size - start.utf8.count - end.utf8.count) + end).utf8)
}

private func nested(_ depth: Int) -> [UInt8] {
    let inner = depth - 1
    return Array(
        (start + String(repeating: "<a>", count: inner) + String(repeating: "</a>", count: inner) + end).utf8)
}

private func siblings(_ count: Int) -> [UInt8] {
    Array((start + String(repeating: "<a/>", count: count - 1) + end).utf8)
}

private func attributes(_ count: Int) -> [UInt8] {
    let list = (0..<(count - 1)).map { " a\($0)=''" }.joined()
    return Array("<message xmlns='jabber:client'\(list)/>".utf8)
}

@Suite struct XMLLimitsTests {
    private let checker = StanzaChecker()

    @Test("XS-023: an element of exactly the limit passes, one byte more is a policy violation")
    func size() {
        for limits in [XMLLimits.afterLogin, .beforeLogin] {
            #expect(limits.bytes >= 10_000)
            #expect(checker.outcome(message(of: limits.bytes), limits).kind == .stanza)
            #expect(checker.outcome(message(of: limits.bytes + 1), limits) == .refused(.policyViolation(.bytes)))
        }
    }

    @Test("XS-023: the size counts from < to >")
    func sizeOfWhat() {
        var limits = XMLLimits.afterLogin
        limits.bytes = 100
        let padded = Array("<?xml version='1.0'?>".utf8) + message(of: 100) + Array("  \n".utf8)
        #expect(checker.outcome(padded, limits).kind == .stanza)
    }

    @Test("XS-024: depth has a limit")
    func depth() {
        let limits = XMLLimits.afterLogin
        #expect(checker.outcome(nested(limits.depth), limits).kind == .stanza)
        #expect(checker.outcome(nested(limits.depth + 1), limits) == .refused(.policyViolation(.depth)))
        #expect(checker.outcome(nested(30_000), limits) == .refused(.policyViolation(.depth)))
    }

    @Test("XS-024: the number of elements has a limit")
    func elements() {
        for limits in [XMLLimits.afterLogin, .beforeLogin] {
            #expect(checker.outcome(siblings(limits.elements), limits).kind == .stanza)
            #expect(checker.outcome(siblings(limits.elements + 1), limits) == .refused(.policyViolation(.elements)))
        }
    }

    @Test("XS-024: attributes and declarations of one element have a limit")
    func attributeCount() {
        let limits = XMLLimits.afterLogin
        #expect(checker.outcome(attributes(limits.attributes), limits).kind == .stanza)
        #expect(checker.outcome(attributes(limits.attributes + 1), limits) == .refused(.policyViolation(.attributes)))
    }

    @Test("XS-024: many thousand attributes are refused before libxml2 compares each with each")
    func manyAttributes() {
        for bytes in [
            attributes(20_000), Array("<message xmlns='jabber:client'><![CDATA[ >' ]]>".utf8) + attributes(20_000),
        ] {
            #expect(checker.outcome(bytes, .afterLogin) == .refused(.policyViolation(.attributes)))
        }
        let quotes = String(repeating: "''", count: 3_000)
        let section = start + "<![CDATA[<a \(quotes)>]]><b/><![CDATA[' ]]>" + end
        #expect(checker.outcome(Array(section.utf8), .afterLogin).kind == .stanza)
        let spread = start + String(repeating: "<a b='1' c=\"2\" d='>'/>text ' <b/>", count: 4_000) + end
        #expect(checker.outcome(Array(spread.utf8), .afterLogin).kind == .stanza)
    }

    @Test("XS-024: namespace declarations in force have a limit, those of elements that ended do not count")
    func namespaces() {
        let limits = XMLLimits.afterLogin
        let ten = (0..<100).map { " xmlns:n\($0)='urn:x'" }.joined()
        let three = "<a\(ten)><a\(ten)><a\(ten)></a></a></a>"
        #expect(
            checker.outcome(Array((start + three + end).utf8), limits) == .refused(.policyViolation(.namespaces)))
        let oneByOne = String(repeating: "<a\(ten)/>", count: 20)
        #expect(checker.outcome(Array((start + oneByOne + end).utf8), limits).kind == .stanza)
    }

    @Test("XS-024: names have a limit, of elements, attributes, prefixes and namespaces")
    func names() {
        let limits = XMLLimits.afterLogin
        let longest = String(repeating: "n", count: limits.nameLength)
        let forms: [(String) -> String] = [
            { start + "<\($0)/>" + end }, { start + "<a \($0)='1'/>" + end }, { start + "<a xmlns='\($0)'/>" + end },
            { start + "<\($0):a xmlns:\($0)='urn:x'/>" + end }, { start + "<a xmlns:\($0)='urn:x'/>" + end },
            { "<\($0) xmlns='urn:x'/>" },
        ]
        for form in forms {
            #expect(checker.outcome(Array(form(longest).utf8), limits).kind != nil)
            #expect(
                checker.outcome(Array(form(longest + "n").utf8), limits) == .refused(.policyViolation(.nameLength)))
        }
    }

    @Test("names that never come again do not make the checker grow for ever, and it goes on working")
    func hostileNames() {
        let good = nested(3)
        for round in 0..<400 {
            let names = (0..<200).map { "<element-\(round)-\($0) attribute-\(round)-\($0)='1'/>" }.joined()
            #expect(checker.outcome(Array((start + names + end).utf8), .afterLogin).kind == .stanza)
            #expect(checker.dictionarySize < 512 << 10)
        }
        let text = "<c:message xmlns:c='jabber:client'/>"
        #expect(checker.outcome(Array(text.utf8), .afterLogin).needsRewrite == true)
        #expect(checker.outcome(good, .afterLogin).needsRewrite == false)
    }

    @Test("every failure names a stream error and says something")
    func conditions() {
        let expected: [(XMLFailure, StreamErrorCondition)] = [
            (.notWellFormed, .notWellFormed), (.restrictedXML, .restrictedXML),
            (.unsupportedEncoding, .unsupportedEncoding),
            (.unsupportedXMLVersion, .notWellFormed), (.badFormat, .badFormat), (.invalidNamespace, .invalidNamespace),
            (.policyViolation(.bytes), .policyViolation), (.policyViolation(.depth), .policyViolation),
            (.policyViolation(.elements), .policyViolation), (.policyViolation(.attributes), .policyViolation),
            (.policyViolation(.namespaces), .policyViolation), (.policyViolation(.nameLength), .policyViolation),
        ]
        for (failure, condition) in expected {
            #expect(failure.condition == condition)
            #expect(failure.text.utf8CodeUnitCount > 0)
        }
        #expect(Set(expected.map { "\($0.0.text)" }).count == expected.count)
        #expect(StreamErrorCondition.allCases.count == 25)
    }
}
