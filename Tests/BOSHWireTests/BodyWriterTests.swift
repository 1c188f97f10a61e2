import BOSHWire
import Bytes
import Testing

@Suite struct BodyWriterTests {
    private func written(_ write: (borrowing BodyWriter, inout ByteBuffer) -> Void) -> String {
        let writer = BodyWriter(pool: BufferPool())
        var output = ByteBuffer()
        write(writer, &output)
        return output.withSpan { String(reading: $0) }
    }

    @Test("BO-111: every condition has its name and status 200")
    func conditions() {
        for condition in Condition.allCases {
            let text = written { $0.terminate(condition, into: &$1) }
            #expect(text == Edge.terminal(String(describing: condition.name)))
            #expect(condition.status(legacy: false) == 200)
            #expect(Condition(name: Array(String(describing: condition.name).utf8)) == condition)
        }
    }

    @Test("BO-115: another address is a child of the body, escaped")
    func seeOther() {
        let text = written { $0.seeOther(uri: "https://a.example/?a=1&b='<", into: &$1) }
        #expect(
            text == "<body \(Edge.namespace) type='terminate' condition='see-other-uri'>"
                + "<uri>https://a.example/?a=1&amp;b=&apos;&lt;</uri></body>")
    }

    @Test("XB-004, XB-015: the streams prefix is declared on the body when something inside uses it, and only then")
    func streams() {
        let edge = Edge.open()
        let first = edge.request(101)
        edge.upstreamSends("<stream:features/>", usesStreams: true)
        #expect(edge.attribute("xmlns:stream", of: first) == "http://etherx.jabber.org/streams")
        let second = edge.request(102)
        edge.upstreamSends("<message xmlns='jabber:client'/>")
        #expect(edge.attribute("xmlns:stream", of: second) == nil)
    }
}
