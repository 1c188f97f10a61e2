/// Whether a certificate's names speak for a domain (RFC 6120 section 13.7.1.2, RFC 9525 section 6). Knows names as bytes;
/// reads no certificate. A common name is never looked at.
package enum PresentedName: Hashable, Sendable {
    /// A DNS name, perhaps with a wildcard.
    case dns([UInt8])
    /// A service name of RFC 4985, such as `_xmpp-client.example.org`.
    case service([UInt8])
    /// An XMPP address (RFC 6120 section 13.7.1.4).
    case xmpp([UInt8])
    /// An IP address, of 4 or 16 bytes. Speaks for no name.
    case address([UInt8])
}

package struct DomainMatch: Sendable {
    /// In lower case, each label as DNS has it.
    private let ascii: [UInt8]
    /// In lower case, as people write it.
    private let written: [UInt8]

    private static let service = Array("_xmpp-client.".utf8)

    package init(_ domain: String) {
        let lower = domain.lowercased()
        let name = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
        written = Array(name.utf8)
        ascii = Array(Punycode.domain(name).utf8)
    }

    /// For a connection to the XMPP clients' service of the domain.
    package func accepts(_ names: [PresentedName]) -> Bool {
        names.contains { name in
            switch name {
            case .dns(let name): matchesHost(name)
            case .service(let name): Self.lower(name) == Self.service + ascii
            case .xmpp(let address): Self.lower(address) == written || Self.lower(address) == ascii
            case .address: false
            }
        }
    }

    /// For a host's own name: DNS names only.
    package func acceptsHost(_ names: [PresentedName]) -> Bool {
        names.contains { name in
            if case .dns(let name) = name { matchesHost(name) } else { false }
        }
    }

    /// A wildcard stands for exactly one whole label, the left-most (RFC 9525 section 6.3).
    private func matchesHost(_ presented: [UInt8]) -> Bool {
        let name = Self.lower(presented)
        guard !name.isEmpty, !ascii.isEmpty else { return false }
        if name == ascii { return true }
        let dot = UInt8(ascii: ".")
        guard name.count > 2, name[0] == UInt8(ascii: "*"), name[1] == dot, let first = ascii.firstIndex(of: dot) else {
            return false
        }
        let parent = ascii[first...]
        // A whole top-level domain is nobody's to certify.
        return first > 0 && parent.dropFirst().contains(dot) && name[1...].elementsEqual(parent)
    }

    private static func lower(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
    }
}
