/// What the PROXY protocol says of a connection (HAProxy's proxy-protocol.txt, versions 1 and 2). A plain value; reading is in
/// `ProxyHeaderDecoder`, writing beside this in `ProxyHeader+Writing`.
package import Bytes

package struct ProxyHeader: Equatable, Sendable {
    /// Nil when the sender speaks for itself (LOCAL) or cannot tell (UNKNOWN, UNSPEC, Unix sockets): what the socket says
    /// counts then.
    package var endpoints: Endpoints?
    /// The host name the client asked for, such as by SNI.
    package var authority: [UInt8]?
    /// Names the connection in the sender's log; at most 128 bytes.
    package var uniqueID: [UInt8]?
    /// There when the client came over TLS.
    package var tls: TLSFacts?

    package struct Endpoints: Equatable, Sendable {
        package var source: IPAddress
        package var sourcePort: UInt16
        package var destination: IPAddress
        package var destinationPort: UInt16

        package init(source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16) {
            self.source = source
            self.sourcePort = sourcePort
            self.destination = destination
            self.destinationPort = destinationPort
        }
    }

    /// As OpenSSL names them, `TLSv1.3` and the like; empty when not known.
    package struct TLSFacts: Equatable, Sendable {
        package var version: [UInt8]
        package var cipher: [UInt8]

        package init(version: [UInt8] = [], cipher: [UInt8] = []) {
            self.version = version
            self.cipher = cipher
        }
    }

    package init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints
    }
}

package enum ProxyVersion: String, Sendable {
    case v1
    case v2
}

/// Why the bytes are no PROXY header. There is nobody to tell: the connection is closed at once (section 2).
package enum ProxyFailure: Error, Equatable {
    /// Neither form begins like that.
    case signature
    /// No line end within the 107 bytes of version 1 (section 2.1).
    case lineTooLong
    /// The line of version 1 is not well-formed.
    case line
    /// A version, command, address family or protocol that does not exist in version 2.
    case unknownValue
    /// Longer than `ProxyHeaderDecoder.maxLength`.
    case tooLong
    /// Shorter than the addresses of its family.
    case tooShort
    /// A TLV that reaches past the end.
    case attribute
    /// The CRC32c does not fit.
    case checksum
}

/// Types of TLVs (section 2.2).
enum AttributeType {
    static let authority: UInt8 = 0x02
    static let crc32c: UInt8 = 0x03
    static let uniqueID: UInt8 = 0x05
    static let tls: UInt8 = 0x20
    static let tlsVersion: UInt8 = 0x21
    static let tlsCipher: UInt8 = 0x23
}
