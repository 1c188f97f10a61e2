package import Bytes

/// Writes `<body/>` elements. Knows their syntax; does not know when which one is due.
package struct BodyWriter: ~Copyable {
    private let pool: BufferPool

    package init(pool: BufferPool) {
        self.pool = pool
    }

    /// The body that says nothing.
    static let empty: StaticString = "<body xmlns='http://jabber.org/protocol/httpbind'/>"

    /// The answer to a request that belongs to no session: `<body type='terminate' condition='...'/>`.
    package func terminate(_ condition: Condition, into output: inout ByteBuffer) {
        begin(&output)
        terminal(condition, &output)
        output.append("/>", pool: pool)
    }

    /// Sends the client to another address (XEP-0124 section 17.2).
    package func seeOther(uri: String, into output: inout ByteBuffer) {
        begin(&output)
        terminal(.seeOtherURI, &output)
        output.append("><uri>", pool: pool)
        var text: [UInt8] = []
        AttributeText.appendEscaped(uri, to: &text)
        output.append(text, pool: pool)
        output.append("</uri></body>", pool: pool)
    }

    func recoverableError(_ output: inout ByteBuffer) {
        begin(&output)
        output.append(" type='error'/>", pool: pool)
    }

    func begin(_ output: inout ByteBuffer) {
        output.append("<body xmlns='http://jabber.org/protocol/httpbind'", pool: pool)
    }

    func terminal(_ condition: Condition?, _ output: inout ByteBuffer) {
        output.append(" type='terminate'", pool: pool)
        guard let condition else { return }
        output.append(" condition='", pool: pool)
        output.append(condition.name, pool: pool)
        output.append("'", pool: pool)
    }

    func attribute(_ name: StaticString, _ value: UInt64, _ output: inout ByteBuffer) {
        output.append(" ", pool: pool)
        output.append(name, pool: pool)
        output.append("='", pool: pool)
        output.append(Self.digits(value), pool: pool)
        output.append("'", pool: pool)
    }

    func attribute(_ name: StaticString, _ value: [UInt8], _ output: inout ByteBuffer) {
        output.append(" ", pool: pool)
        output.append(name, pool: pool)
        output.append("='", pool: pool)
        output.append(value, pool: pool)
        output.append("'", pool: pool)
    }

    private static func digits(_ value: UInt64) -> [UInt8] { Array(String(value).utf8) }
}
