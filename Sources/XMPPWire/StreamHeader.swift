/// The head of a stream over TCP (RFC 6120 section 4.7): the server's, as it was read, and ours, as it is written. Knows
/// its attributes; the namespaces it declares are the scanner's business.
package import Bytes

package struct StreamHeader: Equatable, Sendable {
    package var attributes: OpenAttributes

    package var id: String? { attributes.id }
    package var from: String? { attributes.from }
    package var to: String? { attributes.to }
    package var version: String? { attributes.version }
    package var lang: String? { attributes.lang }

    package init(attributes: OpenAttributes) {
        self.attributes = attributes
    }

    /// The end of our stream.
    package static let end: StaticString = "</stream:stream>"

    /// The header that opens our stream to a server: one run of bytes, because servers stall on a header in pieces.
    /// Double quotes and the prefix `stream`, because Openfire knows no others. Neither `id` nor the peer's version.
    package static func bytes(_ attributes: OpenAttributes) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(250)
        output += "<?xml version=\"1.0\"?><stream:stream".utf8
        attributes.append(.to, to: &output)
        attributes.append(.from, to: &output)
        output += " version=\"1.0\"".utf8
        attributes.append(.lang, to: &output)
        output += " xmlns=\"jabber:client\" xmlns:stream=\"http://etherx.jabber.org/streams\"".utf8
        attributes.appendOthers(to: &output)
        output.append(UInt8(ascii: ">"))
        return output
    }

    /// A header towards a client that speaks the framing before RFC 7395. The order is one that a pattern in Tsung's examples
    /// expects; the version is that of this hop, and no XML declaration comes before it, as in `Framing.open`.
    package static func draft(_ attributes: OpenAttributes) -> [UInt8] {
        var output = Array("<stream:stream".utf8)
        attributes.append(.id, to: &output)
        output += " xmlns:stream=\"http://etherx.jabber.org/streams\" xmlns=\"jabber:client\" version=\"1.0\"".utf8
        for known in [OpenAttributes.Known.from, .to, .lang] { attributes.append(known, to: &output) }
        attributes.appendOthers(to: &output)
        output.append(UInt8(ascii: ">"))
        return output
    }

    package static func append(_ attributes: OpenAttributes, to buffer: inout ByteBuffer, pool: BufferPool) {
        buffer.append(bytes(attributes), pool: pool)
    }
}
