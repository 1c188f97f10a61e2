/// The addresses that the system's hosts file has for a name (hosts(5)). Knows its lines; names there go before DNS, as
/// everywhere.
package import Bytes
internal import Glibc

package enum HostsFile {
    /// Bytes that are looked at. Some lists of unwanted hosts have megabytes.
    private static let maxSize = 8 << 20

    package static func addresses(of name: String, path: String = "/etc/hosts") -> [IPAddress] {
        addresses(of: name, in: read(path))
    }

    package static func addresses(of name: String, in text: [UInt8]) -> [IPAddress] {
        let wanted = Array(name.lowercased().utf8)
        var found: [IPAddress] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard let first = words.first, words.dropFirst().contains(where: { $0.map(ASCII.lower) == wanted }),
                let address = IPAddress(Array(first).span), !found.contains(address)
            else { continue }
            found.append(address)
        }
        return found
    }

    private static func read(_ path: String) -> [UInt8] {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return [] }
        defer { close(number) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < maxSize {
            let count = Glibc.read(number, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return bytes
    }
}
