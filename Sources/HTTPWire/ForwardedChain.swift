/// The hops that proxies have written into a request, the client first. Knows syntax only: RFC 7239 section 4 and 6, and the
/// customs of the X-Forwarded fields.
internal import Bytes

struct ForwardedChain {
    struct Hop {
        var node = Node.broken
        var isSecure: Bool?
        var host: [UInt8]?
    }

    enum Node: Equatable {
        case address(IPAddress, port: UInt16)
        /// `unknown`, or a name like `_proxy3`.
        case hidden
        /// Not well-formed, so nothing left of it can be believed.
        case broken
    }

    private(set) var hops: [Hop] = []

    // MARK: Forwarded

    init(forwarded head: borrowing RequestHead) {
        var hops: [Hop] = []
        head.forEachField(named: "forwarded") { line in
            var start = 0
            while start <= line.count {
                let end = Self.end(of: Characters.comma, in: line, from: start)
                let element = line.extracting(TokenList.trimmed(line, start..<end))
                // Empty elements of a list have no meaning (RFC 9110 section 5.6.1).
                if element.count > 0 { hops.append(Self.hop(element)) }
                start = end + 1
            }
        }
        self.hops = hops
    }

    private static func hop(_ element: Span<UInt8>) -> Hop {
        var hop = Hop(node: .hidden)
        var seen: Set<[UInt8]> = []
        var start = 0
        while start <= element.count {
            let end = end(of: Characters.semicolon, in: element, from: start)
            let pair = element.extracting(TokenList.trimmed(element, start..<end))
            start = end + 1
            guard pair.count > 0 else { continue }
            guard let equals = ASCII.firstIndex(of: UInt8(ascii: "="), in: pair) else { return Hop() }
            let name = pair.extracting(..<equals)
            guard name.count > 0, isToken(name), let value = value(pair.extracting((equals + 1)...)),
                seen.insert(Array(copying: name).map(ASCII.lower)).inserted
            else { return Hop() }
            if ASCII.equalIgnoringCase(name, lower: "for") {
                hop.node = node(value.span, needsBrackets: true)
                if hop.node == .broken { return Hop() }
            } else if ASCII.equalIgnoringCase(name, lower: "proto") {
                hop.isSecure = isSecure(value.span)
            } else if ASCII.equalIgnoringCase(name, lower: "host") {
                guard RequestTarget.isHost(value.span) else { return Hop() }
                hop.host = value
            }
        }
        return hop
    }

    /// Where the next separator outside of quotes is, or the end.
    private static func end(of separator: UInt8, in text: Span<UInt8>, from start: Int) -> Int {
        var index = start
        var isQuoted = false
        while index < text.count {
            let byte = text[index]
            if isQuoted && byte == UInt8(ascii: "\\") {
                index += 1
            } else if byte == Characters.quote {
                isQuoted.toggle()
            } else if byte == separator && !isQuoted {
                return index
            }
            index += 1
        }
        return text.count
    }

    /// A token, or what a quoted string stands for; nil for neither.
    private static func value(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count > 0, text[0] == Characters.quote else {
            return text.count > 0 && isToken(text) ? Array(copying: text) : nil
        }
        var result: [UInt8] = []
        var index = 1
        while index < text.count {
            if text[index] == Characters.quote { return index == text.count - 1 ? result : nil }
            if text[index] == UInt8(ascii: "\\") { index += 1 }
            guard index < text.count else { return nil }
            result.append(text[index])
            index += 1
        }
        return nil
    }

    private static func isToken(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !Characters.isToken(text[index]) { return false }
        return true
    }

    // MARK: X-Forwarded-For and the like

    init(xForwarded head: borrowing RequestHead) {
        var hops: [Hop] = []
        Self.forEachElement(of: "x-forwarded-for", head) { hops.append(Hop(node: Self.node($0, needsBrackets: false))) }
        var schemes: [Bool?] = []
        Self.forEachElement(of: "x-forwarded-proto", head) { schemes.append(Self.isSecure($0)) }
        var hosts: [[UInt8]?] = []
        Self.forEachElement(of: "x-forwarded-host", head) {
            hosts.append(RequestTarget.isHost($0) ? Array(copying: $0) : nil)
        }
        if hops.isEmpty && !(schemes.isEmpty && hosts.isEmpty) { hops = [Hop(node: .hidden)] }
        // Most proxies write one value instead of appending; it holds for all hops then.
        for (place, index) in hops.indices.reversed().enumerated() {
            if !schemes.isEmpty { hops[index].isSecure = schemes[max(schemes.count - 1 - place, 0)] }
            if !hosts.isEmpty { hops[index].host = hosts[max(hosts.count - 1 - place, 0)] }
        }
        self.hops = hops
    }

    private static func forEachElement(
        of name: StaticString, _ head: borrowing RequestHead, _ body: (Span<UInt8>) -> Void
    ) {
        head.forEachField(named: name) { line in
            var start = 0
            while start <= line.count {
                let end = ASCII.firstIndex(of: Characters.comma, in: line, from: start) ?? line.count
                let element = line.extracting(TokenList.trimmed(line, start..<end))
                if element.count > 0 { body(element) }
                start = end + 1
            }
        }
    }

    // MARK: Both

    private static func isSecure(_ scheme: Span<UInt8>) -> Bool? {
        if ASCII.equalIgnoringCase(scheme, lower: "https") || ASCII.equalIgnoringCase(scheme, lower: "wss") {
            return true
        }
        return ASCII.equalIgnoringCase(scheme, lower: "http") || ASCII.equalIgnoringCase(scheme, lower: "ws")
            ? false : nil
    }

    /// RFC 7239 section 6.
    /// - Parameter needsBrackets: a bare IPv6 address is none; in X-Forwarded-For it is the custom.
    static func node(_ text: Span<UInt8>, needsBrackets: Bool) -> Node {
        guard text.count > 0 else { return .broken }
        if ASCII.equalIgnoringCase(text, lower: "unknown") || text[0] == UInt8(ascii: "_") { return .hidden }
        if text[0] == UInt8(ascii: "[") {
            guard let end = ASCII.firstIndex(of: UInt8(ascii: "]"), in: text) else { return .broken }
            let literal = text.extracting(1..<end)
            guard ASCII.firstIndex(of: Characters.colon, in: literal) != nil else { return .broken }
            return node(literal, port: text.extracting((end + 1)...))
        }
        let colon = ASCII.firstIndex(of: Characters.colon, in: text) ?? text.count
        let hasMore = colon < text.count && ASCII.firstIndex(of: Characters.colon, in: text, from: colon + 1) != nil
        if hasMore {
            guard !needsBrackets, let address = IPAddress(text) else { return .broken }
            return .address(address, port: 0)
        }
        return node(text.extracting(..<colon), port: text.extracting(colon...))
    }

    /// - Parameter port: empty, or a colon and digits or a name with `_`.
    private static func node(_ literal: Span<UInt8>, port: Span<UInt8>) -> Node {
        guard let address = IPAddress(literal) else { return .broken }
        guard port.count > 0 else { return .address(address, port: 0) }
        guard port[0] == Characters.colon, port.count > 1 else { return .broken }
        if port[1] == UInt8(ascii: "_") { return .address(address, port: 0) }
        guard port.count <= 6 else { return .broken }
        var number: UInt32 = 0
        for index in 1..<port.count {
            guard Characters.isDigit(port[index]) else { return .broken }
            number = number * 10 + UInt32(port[index] - UInt8(ascii: "0"))
        }
        return UInt16(exactly: number).map { .address(address, port: $0) } ?? .broken
    }
}
